/** The keys of commands as `tinykeys` understands them. Pure. */
import type { Command } from "@/state/commands";

type Bindings = Record<string, (event: KeyboardEvent) => void>;

/**
 * Later commands win, so that a page overrules the frame. Sequences come first: the last key of one (`g v`) may be a command
 * of its own (`v`), which then finds its event already handled.
 */
export function keyBindings(commands: readonly Command[]): Bindings {
  const byKeys = new Map(commands.map((command) => [command.keys ?? "", command]));
  byKeys.delete("");
  const sequencesFirst = [...byKeys].sort(([a], [b]) => presses(b).length - presses(a).length);
  return Object.fromEntries(
    sequencesFirst.flatMap(([keys, command]) =>
      spellings(keys).map((binding) => [binding, runOnce(command)]),
    ),
  );
}

function runOnce(command: Command) {
  return (event: KeyboardEvent) => {
    if (event.defaultPrevented) return;
    event.preventDefault();
    command.run();
  };
}

function presses(keys: string): string[] {
  return keys.split(" ");
}

/** Signs and digits need the shift key on some keyboards and not on others, so both are bound. */
function spellings(keys: string): string[] {
  const plain = keys.replaceAll("mod+", "$mod+");
  const shifted = presses(plain).map((press) => (/^[^a-z]$/i.test(press) ? `Shift+${press}` : press));
  return [...new Set([plain, shifted.join(" ")])];
}
