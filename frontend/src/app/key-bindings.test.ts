import { createKeybindingsHandler } from "tinykeys";
import { describe, expect, it, vi } from "vitest";
import type { Command } from "@/state/commands";
import { keyBindings } from "./key-bindings";

const command = (label: string, keys: string): Command => ({
  id: label,
  label,
  group: "Test",
  keys,
  run: vi.fn(),
});

/** Labels of the commands that the presses ran, in order. */
function pressed(commands: Command[], ...presses: [key: string, more?: KeyboardEventInit][]): string[] {
  const ran: string[] = [];
  const counted = commands.map((one) => ({ ...one, run: () => void ran.push(one.label) }));
  const handle = createKeybindingsHandler(keyBindings(counted));
  for (const [key, more] of presses) {
    handle(new KeyboardEvent("keydown", { key, cancelable: true, ...more }));
  }
  return ran;
}

describe("keys of commands", () => {
  /** Scenario: chords, signs with and without shift, a foreign modifier. Guarantee: only what was meant runs. */
  it("take modifiers into account", () => {
    const commands = [command("Palette", "mod+k"), command("Help", "?"), command("Time", "t")];
    expect(pressed(commands, ["k", { ctrlKey: true }])).toEqual(["Palette"]);
    expect(pressed(commands, ["k"])).toEqual([]);
    expect(pressed(commands, ["?", { shiftKey: true }], ["?"])).toEqual(["Help", "Help"]);
    expect(pressed(commands, ["t", { altKey: true }], ["Shift", { shiftKey: true }])).toEqual([]);
  });

  /** Scenario: sequences, finished and not. Guarantee: a sequence waits for its second key, and a wrong one starts over. */
  it("follow sequences", () => {
    const commands = [command("Traces", "g t"), command("Overview", "g o"), command("Help", "?")];
    expect(pressed(commands, ["g"])).toEqual([]);
    expect(pressed(commands, ["g"], ["t"])).toEqual(["Traces"]);
    expect(pressed(commands, ["g"], ["?"])).toEqual(["Help"]);
    expect(pressed(commands, ["g"], ["x"], ["t"])).toEqual([]);
  });

  /** Scenario: `g v` and `v` are both commands. Guarantee: each runs alone. */
  it("keep a sequence apart from its last key", () => {
    const commands = [command("View", "v"), command("Services", "g v")];
    expect(pressed(commands, ["g"], ["v"])).toEqual(["Services"]);
    expect(pressed(commands, ["v"])).toEqual(["View"]);
  });

  /** Scenario: page and frame claim one key. Guarantee: the page's command, which came later, runs alone. */
  it("prefer later commands", () => {
    expect(pressed([command("Help", "?"), command("Page help", "?")], ["?"])).toEqual(["Page help"]);
  });
});
