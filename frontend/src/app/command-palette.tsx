/** ⌘K: go to any page, trace, session or service, or run any command of the page, without leaving the keyboard. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Boxes, CornerDownLeft, ListTree, type LucideIcon, Search, Zap } from "lucide-react";
import { Dialog } from "radix-ui";
import { type KeyboardEvent, useDeferredValue, useId, useMemo, useState } from "react";
import { Keys } from "@/components/ui/keys";
import { cn } from "@/lib/cn";
import { formatAge } from "@/lib/format/time";
import { allCommands, rankCommands, useCommandStore, useCommands } from "@/state/commands";
import { serviceNamesQuery } from "@/telemetry/services/services-query";
import { searchTracesQuery } from "@/telemetry/traces/traces-query";
import { asTraceId } from "@/telemetry/traces/traces-search";

interface Entry {
  id: string;
  label: string;
  words?: string;
  group: string;
  note?: string;
  keys?: string;
  icon: LucideIcon;
  run: () => void;
}

const SERVICES_MAX = 5;

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
          {open && <PaletteBody onDone={() => setOpen(false)} />}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function PaletteBody({ onDone }: { onDone: () => void }) {
  const [query, setQuery] = useState("");
  const [active, setActive] = useState(0);
  const listId = useId();
  const entries = useEntries(query);
  const chosen = Math.min(active, entries.length - 1);

  function run(entry: Entry | undefined) {
    if (!entry) return;
    onDone();
    entry.run();
  }
  function handleKeyDown(event: KeyboardEvent) {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0 && entries.length > 0) {
      event.preventDefault();
      setActive((chosen + step + entries.length) % entries.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      run(entries[chosen]);
    }
  }

  return (
    <>
      <div className="flex items-center gap-2.5 border-line border-b px-4">
        <Search size={16} className="shrink-0 text-faint" aria-hidden />
        <input
          role="combobox"
          aria-expanded
          aria-controls={listId}
          aria-activedescendant={entries[chosen] ? `${listId}-${chosen}` : undefined}
          aria-label="Search traces, services and commands"
          placeholder="Search traces, services and commands, or paste a trace id"
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            setActive(0);
          }}
          onKeyDown={handleKeyDown}
          className="h-12 min-w-0 flex-1 bg-transparent text-base outline-none placeholder:text-faint"
        />
        <Keys keys="Escape" />
      </div>
      <div id={listId} role="listbox" aria-label="Results" className="min-h-0 flex-1 overflow-y-auto p-1.5">
        {entries.length === 0 && <p className="px-3 py-8 text-center text-muted">Nothing found.</p>}
        {entries.map((entry, index) => (
          <PaletteRow
            key={entry.id}
            entry={entry}
            domId={`${listId}-${index}`}
            active={index === chosen}
            first={entries[index - 1]?.group !== entry.group}
            onHover={() => setActive(index)}
            onRun={() => run(entry)}
          />
        ))}
      </div>
    </>
  );
}

interface PaletteRowProps {
  entry: Entry;
  domId: string;
  active: boolean;
  first: boolean;
  onHover: () => void;
  onRun: () => void;
}

function PaletteRow({ entry, domId, active, first, onHover, onRun }: PaletteRowProps) {
  const Icon = entry.icon;
  return (
    <>
      {first && (
        <p role="presentation" className="px-2.5 pt-2 pb-1 text-2xs text-faint">
          {entry.group}
        </p>
      )}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the input above owns the keys */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: aria-activedescendant points here */}
      <div
        id={domId}
        role="option"
        aria-selected={active}
        ref={(element) => {
          if (active) element?.scrollIntoView({ block: "nearest" });
        }}
        onMouseMove={active ? undefined : onHover}
        onClick={onRun}
        className={cn(
          "flex h-9 cursor-pointer items-center gap-2.5 rounded-md px-2.5",
          active && "bg-hover text-text",
        )}
      >
        <Icon size={15} className={active ? "text-accent-text" : "text-faint"} aria-hidden />
        <span className="min-w-0 truncate">{entry.label}</span>
        {entry.note && <span className="min-w-0 truncate text-faint text-xs">{entry.note}</span>}
        <span className="ml-auto flex items-center gap-2">
          {entry.keys && <Keys keys={entry.keys} />}
          {active && <CornerDownLeft size={13} className="text-faint" aria-hidden />}
        </span>
      </div>
    </>
  );
}

/** Fewest letters that are worth a search on the server. */
const SEARCH_FROM = 2;

function useEntries(query: string): Entry[] {
  const navigate = useNavigate();
  const state = useCommandStore();
  const deferred = useDeferredValue(query.trim());
  const services = useQuery(serviceNamesQuery());
  const traces = useQuery({
    ...searchTracesQuery(deferred),
    enabled: deferred.length >= SEARCH_FROM && asTraceId(deferred) === undefined,
  });

  const commands = allCommands(state)
    .filter((command) => command.id !== "palette")
    .map((command): Entry => ({ ...command, icon: Zap }));
  const traceId = asTraceId(query);
  const direct: Entry[] = traceId
    ? [
        {
          id: "open-trace",
          label: `Open trace ${traceId.slice(0, 12)}…`,
          group: "Trace id",
          icon: ListTree,
          run: () => void navigate({ to: "/traces/$traceId", params: { traceId } }),
        },
      ]
    : [];
  const found = (query.trim().length >= SEARCH_FROM ? (traces.data ?? []) : []).map(
    (trace): Entry => ({
      id: trace.trace_id,
      label: trace.root_name || "(no name)",
      note: `${trace.service} · ${formatAge(trace.start_time, Date.now())}`,
      group: "Traces",
      icon: ListTree,
      run: () => void navigate({ to: "/traces/$traceId", params: { traceId: trace.trace_id } }),
    }),
  );
  const named = (services.data ?? []).map(
    (service): Entry => ({
      id: `service-${service}`,
      label: service,
      note: "traces of this service",
      group: "Services",
      icon: Boxes,
      run: () => void navigate({ to: "/traces", search: { service } }),
    }),
  );
  const shown = query.trim() === "" ? [] : rankCommands(named, query).slice(0, SERVICES_MAX);
  return [...direct, ...rankCommands(commands, query), ...shown, ...found];
}
