/** Runs commands by their keys. */
import { useEffect } from "react";
import { createKeybindingsHandler } from "tinykeys";
import { allCommands, useCommandStore } from "@/state/commands";
import { keyBindings } from "./key-bindings";

/** A sequence such as `g t` must be typed with no longer pause than this. */
const SEQUENCE_MS = 1_200;

const FIELDS = "input, textarea, select, [contenteditable=true]";

/** Chords work everywhere; plain keys do not, while somebody types or answers a dialog. */
function mayRun(event: KeyboardEvent): boolean {
  if (event.defaultPrevented) return false;
  if (event.ctrlKey || event.metaKey) return true;
  const target = event.target instanceof Element ? event.target : null;
  return !target?.closest(FIELDS) && !document.querySelector("[role=dialog], [role=menu]");
}

/** Listens for the keys of all registered commands. */
export function useShortcutKeys(): void {
  const state = useCommandStore();
  useEffect(() => {
    const handle = createKeybindingsHandler(keyBindings(allCommands(state)), { timeout: SEQUENCE_MS });
    const listen = (event: KeyboardEvent) => {
      if (mayRun(event)) handle(event);
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, [state]);
}
