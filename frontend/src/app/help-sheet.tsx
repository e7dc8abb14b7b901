/** The help sheet: the keys of all registered commands. */
import { useMemo, useState } from "react";
import { Dialog } from "@/components/ui/dialog";
import { Keys } from "@/components/ui/keys";
import { allCommands, type Command, useCommandStore, useCommands } from "@/state/commands";

/** Keys that widgets handle themselves; listed so that they can be found. */
const WIDGET_KEYS: [string, [string, string][]][] = [
  [
    "Lists and trees",
    [
      ["ArrowUp", "Previous row or span"],
      ["ArrowDown", "Next row or span"],
      ["ArrowLeft", "Fold, or go to the parent"],
      ["ArrowRight", "Unfold, or go to the first child"],
      ["Enter", "Open"],
    ],
  ],
  [
    "Lists",
    [
      ["j", "Next row"],
      ["k", "Previous row"],
      ["ArrowRight", "Next value of the row, with its card"],
      ["Space", "Preview beside the list"],
      ["x", "Select; with shift, all between"],
    ],
  ],
];

export function HelpSheet() {
  const [open, setOpen] = useState(false);
  const state = useCommandStore();
  useCommands(
    useMemo(
      () => [
        {
          id: "help",
          label: "Keyboard shortcuts",
          group: "General",
          keys: "?",
          run: () => setOpen(true),
        },
      ],
      [],
    ),
  );
  const groups = groupCommands(allCommands(state).filter((command) => command.keys));
  return (
    <Dialog
      open={open}
      onOpenChange={setOpen}
      title="Keyboard shortcuts"
      className="w-[min(44rem,calc(100vw-1.5rem))]"
    >
      <div className="columns-1 gap-8 sm:columns-2">
        {[...groups].map(([group, commands]) => (
          <KeyGroup
            key={group}
            name={group}
            rows={commands.map((command) => [command.keys ?? "", command.label])}
          />
        ))}
        {WIDGET_KEYS.map(([group, rows]) => (
          <KeyGroup key={group} name={group} rows={rows} />
        ))}
      </div>
    </Dialog>
  );
}

function groupCommands(commands: readonly Command[]): Map<string, Command[]> {
  const groups = new Map<string, Command[]>();
  for (const command of commands) {
    const group = groups.get(command.group) ?? [];
    groups.set(command.group, [...group, command]);
  }
  return groups;
}

function KeyGroup({ name, rows }: { name: string; rows: [string, string][] }) {
  return (
    <section className="mb-5 break-inside-avoid">
      <h3 className="mb-1.5 font-medium text-faint text-xs">{name}</h3>
      <dl className="grid gap-1">
        {rows.map(([keys, label]) => (
          <div key={`${keys}-${label}`} className="flex min-h-6 items-center justify-between gap-3">
            <dt className="min-w-0 truncate text-sm">{label}</dt>
            <dd>
              <Keys keys={keys} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
