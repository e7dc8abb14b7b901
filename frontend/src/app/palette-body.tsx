/** The palette: go to any page, trace, conversation or service, or run any command of the page, without leaving the keyboard. */
import { Command } from "cmdk";
import { CornerDownLeft, Search } from "lucide-react";
import { useState } from "react";
import { Keys } from "@/components/ui/keys";
import { type Entry, usePaletteEntries } from "./palette-entries";

const GROUP_CLASS =
  "**:[[cmdk-group-heading]]:px-2.5 **:[[cmdk-group-heading]]:pt-2 **:[[cmdk-group-heading]]:pb-1 **:[[cmdk-group-heading]]:text-2xs **:[[cmdk-group-heading]]:text-faint";

const ROW_CLASS =
  "group flex h-9 cursor-pointer items-center gap-2.5 rounded-md px-2.5 data-[selected=true]:bg-hover data-[selected=true]:text-text";

export default function PaletteBody({ onDone }: { onDone: () => void }) {
  const [query, setQuery] = useState("");
  const entries = usePaletteEntries(query);

  function run(entry: Entry) {
    onDone();
    entry.run();
  }
  // The entries come ranked: some are found by the server, which knows better than a filter here what fits.
  return (
    <Command
      shouldFilter={false}
      loop
      label="Search traces, services and commands"
      className="flex min-h-0 flex-col"
    >
      <div className="flex items-center gap-2.5 border-line border-b px-4">
        <Search size={16} className="shrink-0 text-faint" aria-hidden />
        <Command.Input
          autoFocus
          placeholder="Search traces, services and commands, or paste a trace id"
          value={query}
          onValueChange={setQuery}
          className="h-12 min-w-0 flex-1 bg-transparent text-base outline-none placeholder:text-faint"
        />
        <Keys keys="Escape" />
      </div>
      <Command.List label="Results" className="min-h-0 flex-1 overflow-y-auto p-1.5">
        <Command.Empty className="px-3 py-8 text-center text-muted">Nothing found.</Command.Empty>
        {[...byGroup(entries)].map(([group, members]) => (
          <Command.Group key={group} heading={group} className={GROUP_CLASS}>
            {members.map((entry) => (
              <PaletteRow key={entry.id} entry={entry} onRun={() => run(entry)} />
            ))}
          </Command.Group>
        ))}
      </Command.List>
    </Command>
  );
}

function PaletteRow({ entry, onRun }: { entry: Entry; onRun: () => void }) {
  const Icon = entry.icon;
  return (
    <Command.Item value={entry.id} onSelect={onRun} className={ROW_CLASS}>
      <Icon size={15} className="text-faint group-data-[selected=true]:text-accent-text" aria-hidden />
      <span className="min-w-0 truncate">{entry.label}</span>
      {entry.note && <span className="min-w-0 truncate text-faint text-xs">{entry.note}</span>}
      <span className="ml-auto flex items-center gap-2">
        {entry.keys && <Keys keys={entry.keys} />}
        <CornerDownLeft
          size={13}
          className="hidden text-faint group-data-[selected=true]:block"
          aria-hidden
        />
      </span>
    </Command.Item>
  );
}

/** Entries of a group next to each other; the group of the best entry comes first. */
function byGroup(entries: readonly Entry[]): Map<string, Entry[]> {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const members = groups.get(entry.group);
    if (members) members.push(entry);
    else groups.set(entry.group, [entry]);
  }
  return groups;
}
