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
