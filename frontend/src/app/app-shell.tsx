/** The frame around every page behind sign-in: sidebar, or a bar with a menu on narrow screens. */
import { Outlet, useRouterState } from "@tanstack/react-router";
import { Menu as MenuIcon } from "lucide-react";
import { Dialog } from "radix-ui";
import { lazy, Suspense, useState } from "react";
import { BrandMark } from "@/components/ui/brand";
import { Button } from "@/components/ui/button";
import { usePreferences } from "@/state/preferences";
import { NARROW, useMedia } from "@/state/use-media";
import { ExecutableViewsProvider } from "@/telemetry/slots/executable-views";
import { SelectionActionsProvider } from "@/telemetry/slots/selection-actions";
import { SpanActionsProvider } from "@/telemetry/slots/span-actions";
import { TraceActionsProvider } from "@/telemetry/slots/trace-actions";
import { CommandPalette } from "./command-palette";
import { EXECUTABLE_VIEWS, OVERLAYS, SELECTION_ACTIONS, SPAN_ACTIONS, TRACE_ACTIONS } from "./features";
import { useFrameCommands } from "./frame-commands";
import { HelpSheet } from "./help-sheet";
import { useShortcutKeys } from "./shortcut-keys";
import { Sidebar } from "./sidebar";

/** Not needed for the first paint. */
const HintLayer = lazy(async () => ({
  default: (await import("@/components/hint/hint-layer")).HintLayer,
}));

export function AppShell() {
  const narrow = useMedia(NARROW);
  const { sidebarFolded, timeZone } = usePreferences();
  useFrameCommands();
  useShortcutKeys();
  return (
    <div className="flex h-dvh min-w-0 flex-col md:flex-row">
      <a
        href="#main"
        className="absolute -top-20 left-2 z-50 rounded-md bg-accent px-3 py-1.5 text-on-accent focus:top-2"
      >
        Skip to content
      </a>
      {narrow ? <TopBar /> : <Sidebar folded={sidebarFolded} />}
      {/* another zone changes every time on the page */}
      <main
        key={timeZone}
        id="main"
        tabIndex={-1}
        className="flex min-h-0 min-w-0 flex-1 flex-col bg-surface outline-none"
      >
        <SpanActionsProvider actions={SPAN_ACTIONS}>
          <TraceActionsProvider actions={TRACE_ACTIONS}>
            <ExecutableViewsProvider views={EXECUTABLE_VIEWS}>
              <SelectionActionsProvider actions={SELECTION_ACTIONS}>
                <Outlet />
              </SelectionActionsProvider>
            </ExecutableViewsProvider>
          </TraceActionsProvider>
        </SpanActionsProvider>
      </main>
      <CommandPalette />
      <HelpSheet />
      <Suspense>
        <HintLayer />
      </Suspense>
      <Suspense>
        {OVERLAYS.map((Overlay, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the list is as constant as the features
          <Overlay key={index} />
        ))}
      </Suspense>
    </div>
  );
}

function TopBar() {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const [openAt, setOpenAt] = useState<string>();
  return (
    <header className="flex h-12 shrink-0 items-center gap-2 border-line border-b bg-canvas px-2">
      <Dialog.Root open={openAt === path} onOpenChange={(open) => setOpenAt(open ? path : undefined)}>
        <Dialog.Trigger asChild>
          <Button weight="ghost" size="icon" aria-label="Open menu" className="size-9">
            <MenuIcon size={18} />
          </Button>
        </Dialog.Trigger>
        <Dialog.Portal>
          <Dialog.Overlay className="fixed inset-0 z-30 animate-fade bg-scrim" />
          <Dialog.Content
            aria-describedby={undefined}
            className="fixed inset-y-0 left-0 z-30 flex w-64 animate-fade bg-canvas shadow-pop outline-none"
          >
            <Dialog.Title className="sr-only">Menu</Dialog.Title>
            <Sidebar folded={false} />
          </Dialog.Content>
        </Dialog.Portal>
      </Dialog.Root>
      <BrandMark size={22} />
      <span className="font-semibold tracking-tight">Junjo</span>
    </header>
  );
}
