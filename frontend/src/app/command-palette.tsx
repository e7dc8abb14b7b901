/** ⌘K: search and commands. The palette itself is loaded when it is first opened. */
import { Dialog } from "radix-ui";
import { lazy, Suspense, useMemo, useState } from "react";
import { useCommands } from "@/state/commands";

const PaletteBody = lazy(() => import("./palette-body"));

export function CommandPalette() {
  const [open, setOpen] = useState(false);
  useCommands(
    useMemo(
      () => [
        {
          id: "palette",
          label: "Search and commands",
          group: "General",
          keys: "mod+k",
          run: () => setOpen((before) => !before),
        },
      ],
      [],
    ),
  );
  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 animate-fade bg-scrim" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed top-[12dvh] left-1/2 z-40 flex max-h-[70dvh] w-[min(38rem,calc(100vw-1.5rem))] -translate-x-1/2 animate-pop flex-col overflow-hidden rounded-xl border border-line-strong bg-raised shadow-pop"
        >
          <Dialog.Title className="sr-only">Search and commands</Dialog.Title>
          <Suspense fallback={<div className="h-12" />}>
            <PaletteBody onDone={() => setOpen(false)} />
          </Suspense>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
