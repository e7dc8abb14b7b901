/** Navigation, the state of ingestion, theme and account. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useRouter } from "@tanstack/react-router";
import {
  ChevronsUpDown,
  Keyboard,
  LogOut,
  Monitor,
  Moon,
  PanelLeftClose,
  PanelLeftOpen,
  Search,
  Sun,
} from "lucide-react";
import { BrandMark } from "@/components/ui/brand";
import { Button } from "@/components/ui/button";
import { Keys } from "@/components/ui/keys";
import { Menu, MenuChoice, MenuItem, MenuLabel, MenuSeparator } from "@/components/ui/menu";
import { Tooltip } from "@/components/ui/tooltip";
import { cn } from "@/lib/cn";
import { formatCompact, formatCount } from "@/lib/format/number";
import { zoneChoices } from "@/lib/format/zone";
import { runCommand } from "@/state/commands";
import { usePreferences } from "@/state/preferences";
import { sessionQuery, signOut } from "@/state/session-query";
import { type Theme, useTheme } from "@/state/theme";
import { postToast } from "@/state/toasts";
import type { Place } from "@/telemetry/feature";
import { describeIngest, statusQuery } from "@/telemetry/ingest/status-query";
import { PLACES } from "./features";

const TELEMETRY = PLACES.filter((place) => place.section === "telemetry");
const SETTINGS = PLACES.filter((place) => place.section === "settings");

export function Sidebar({ folded }: { folded: boolean }) {
  const { update } = usePreferences();
  return (
    <div
      className={cn(
        "flex h-full shrink-0 flex-col gap-1 border-line border-r bg-canvas p-2",
        folded ? "w-13 items-center" : "w-full md:w-54",
      )}
    >
      <div className={cn("mb-2 flex h-9 items-center gap-2", folded ? "justify-center" : "pl-1.5")}>
        <BrandMark size={24} />
        {!folded && <span className="font-semibold text-lg tracking-tight">Junjo</span>}
        {!folded && (
          <Button
            weight="ghost"
            size="icon"
            className="ml-auto hidden md:inline-flex"
            aria-label="Fold sidebar"
            onClick={() => update({ sidebarFolded: true })}
          >
            <PanelLeftClose size={16} />
          </Button>
        )}
      </div>
      <button
        type="button"
        onClick={() => runCommand("palette")}
        aria-label="Search and commands"
        className={cn(
          "mb-1 flex h-8 items-center gap-2.5 rounded-md border border-line bg-surface text-faint text-sm hover:border-line-strong hover:text-text",
          folded ? "w-8 justify-center" : "px-2",
        )}
      >
        <Search size={15} className="shrink-0" aria-hidden />
        {!folded && <span className="flex-1 text-left">Search</span>}
        {!folded && <Keys keys="mod+k" />}
      </button>
      <nav aria-label="Main" className="grid gap-0.5">
        {TELEMETRY.map((place) => (
          <NavLink key={place.to} place={place} folded={folded} />
        ))}
        <div className="my-2 h-px bg-line" />
        {SETTINGS.map((place) => (
          <NavLink key={place.to} place={place} folded={folded} />
        ))}
      </nav>
      <div className={cn("mt-auto grid gap-1", folded && "justify-items-center")}>
        {folded && (
          <Button
            weight="ghost"
            size="icon"
            aria-label="Unfold sidebar"
            onClick={() => update({ sidebarFolded: false })}
          >
            <PanelLeftOpen size={16} />
          </Button>
        )}
        <IngestLine folded={folded} />
        <AccountMenu folded={folded} />
      </div>
    </div>
  );
}

function NavLink({ place, folded }: { place: Place; folded: boolean }) {
  const { to, label, icon: Icon } = place;
  const link = (
    <Link
      to={to}
      className={cn(
        "group flex h-8 items-center gap-2.5 rounded-md font-medium text-muted text-sm hover:bg-hover hover:text-text",
        "aria-[current=page]:bg-hover aria-[current=page]:text-text",
        folded ? "w-8 justify-center" : "px-2",
      )}
    >
      <Icon
        size={16}
        strokeWidth={1.9}
        className="shrink-0 group-aria-[current=page]:text-accent-text"
        aria-hidden
      />
      <span className={folded ? "sr-only" : "truncate"}>{label}</span>
    </Link>
  );
  if (!folded) return link;
  return (
    <Tooltip content={label} side="right">
      {link}
    </Tooltip>
  );
}

const TONES = { ok: "bg-ok", warn: "bg-warn", down: "bg-danger" };

function IngestLine({ folded }: { folded: boolean }) {
  const status = useQuery(statusQuery());
  const health = describeIngest(status.data, status.isError);
  const spans = status.data?.store.spans;
  const detail = status.data
    ? `${formatCount(status.data.accepted_spans)} spans accepted, ${formatCount(status.data.indexed_spans)} indexed${spans == null ? "" : `, ${formatCount(spans)} stored`}`
    : health.text;
  return (
    <Tooltip content={`${health.text}. ${detail}`} side="right">
      <button
        type="button"
        className={cn(
          "flex h-7 cursor-default items-center gap-2.5 rounded-md text-faint text-xs",
          folded ? "w-8 justify-center" : "px-2.5",
        )}
        aria-label={`Ingestion: ${health.text}. ${detail}`}
      >
        <span className={cn("size-2 shrink-0 rounded-full", TONES[health.tone])} aria-hidden />
        {!folded && <span className="truncate">{health.text}</span>}
        {!folded && spans != null && <span className="ml-auto tnum">{formatCompact(spans)} spans</span>}
      </button>
    </Tooltip>
  );
}

const THEMES: readonly { value: Theme; label: string; icon: React.ReactNode }[] = [
  { value: "system", label: "System", icon: <Monitor size={15} /> },
  { value: "light", label: "Light", icon: <Sun size={15} /> },
  { value: "dark", label: "Dark", icon: <Moon size={15} /> },
];

function AccountMenu({ folded }: { folded: boolean }) {
  const client = useQueryClient();
  const router = useRouter();
  const session = useQuery(sessionQuery());
  const { theme, setTheme } = useTheme();
  const { timeZone, update } = usePreferences();
  const email = session.data?.email ?? "";

  async function handleSignOut() {
    try {
      await signOut(client);
      await router.navigate({ to: "/login" });
    } catch {
      postToast({
        tone: "error",
        title: "Signing out failed",
        detail: "The server did not answer. Try again.",
      });
    }
  }

  return (
    <Menu
      side="top"
      className="w-60"
      trigger={
        <button
          type="button"
          aria-label={`Account ${email}`}
          className={cn(
            "flex h-10 items-center gap-2.5 rounded-md text-left text-sm hover:bg-hover",
            folded ? "w-8 justify-center" : "w-full px-1.5",
          )}
        >
          <span className="grid size-6.5 shrink-0 place-items-center rounded-full bg-accent/15 font-semibold text-2xs text-accent-text uppercase">
            {email.slice(0, 2)}
          </span>
          {!folded && <span className="min-w-0 flex-1 truncate text-muted">{email}</span>}
          {!folded && <ChevronsUpDown size={14} className="text-faint" aria-hidden />}
        </button>
      }
    >
      <MenuLabel>Theme</MenuLabel>
      <MenuChoice value={theme} onValueChange={setTheme} options={THEMES} />
      <MenuSeparator />
      <MenuLabel>Times in</MenuLabel>
      <MenuChoice
        value={timeZone}
        onValueChange={(zone) => update({ timeZone: zone })}
        options={zoneChoices()}
      />
      <MenuSeparator />
      <MenuItem onSelect={() => runCommand("help")}>
        <Keyboard size={15} /> Keyboard shortcuts
      </MenuItem>
      <MenuItem onSelect={() => void handleSignOut()}>
        <LogOut size={15} /> Sign out
      </MenuItem>
    </Menu>
  );
}
