/** Everything that can be done from the keyboard: pages register commands, the palette and the help sheet list them. */
import { useEffect } from "react";
import { create } from "zustand";

export interface Command {
  id: string;
  label: string;
  group: string;
  /** `g t` is a sequence, `mod+k` a chord, `?` a single key. */
  keys?: string;
  /** More words that find it in the palette. */
  words?: string;
  run: () => void;
}

interface CommandState {
  sources: ReadonlyMap<symbol, readonly Command[]>;
}

export const useCommandStore = create<CommandState>(() => ({ sources: new Map() }));

/** Offers commands while the component is on the page. Pass a memoised list. */
export function useCommands(commands: readonly Command[]): void {
  useEffect(() => {
    const key = Symbol("commands");
    useCommandStore.setState(({ sources }) => ({ sources: new Map(sources).set(key, commands) }));
    return () =>
      useCommandStore.setState(({ sources }) => {
        const rest = new Map(sources);
        rest.delete(key);
        return { sources: rest };
      });
  }, [commands]);
}

export function allCommands({ sources }: CommandState): Command[] {
  return [...sources.values()].flat();
}

/** Runs a registered command by its id, for buttons that stand for it. */
export function runCommand(id: string): void {
  allCommands(useCommandStore.getState())
    .findLast((command) => command.id === id)
    ?.run();
}

interface KeyPress {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

/** `k` or `mod+k`; undefined for keys that no command may take. Pure. */
export function keyName({ key, ctrlKey, metaKey, altKey }: KeyPress): string | undefined {
  if (altKey || key === "Shift" || key === "Control" || key === "Meta") return undefined;
  const name = key.length === 1 ? key.toLowerCase() : key;
  return ctrlKey || metaKey ? `mod+${name}` : name;
}

interface KeyMatch {
  command?: Command;
  /** Keys pressed so far that may still become a sequence. */
  pending: string;
}

/** What a further key means after the pending ones. Later commands win, so that a page overrules the frame. Pure. */
export function matchKeys(commands: readonly Command[], pending: string, name: string): KeyMatch {
  const typed = pending === "" ? name : `${pending} ${name}`;
  const command = commands.findLast((candidate) => candidate.keys === typed);
  if (command) return { command, pending: "" };
  if (commands.some((candidate) => candidate.keys?.startsWith(`${typed} `))) return { pending: typed };
  return pending === "" ? { pending: "" } : matchKeys(commands, "", name);
}

/** Best first: prefix of the label, word start, anywhere, then letters in order. Pure. */
export function rankCommands<C extends { label: string; words?: string }>(
  commands: readonly C[],
  query: string,
): C[] {
  const needle = query.trim().toLowerCase();
  if (needle === "") return [...commands];
  return commands
    .map((command) => ({ command, score: scoreOf(`${command.label} ${command.words ?? ""}`, needle) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ command }) => command);
}

function scoreOf(label: string, needle: string): number {
  const text = label.toLowerCase();
  const at = text.indexOf(needle);
  if (at === 0) return 4;
  if (at > 0) return /\W/.test(text[at - 1] ?? "") ? 3 : 2;
  let from = 0;
  for (const letter of needle.replaceAll(" ", "")) {
    const next = text.indexOf(letter, from);
    if (next < 0) return 0;
    from = next + 1;
  }
  return 1;
}
