import { describe, expect, it } from "vitest";
import { type Command, keyName, matchKeys, rankCommands } from "./commands";

const command = (label: string, keys?: string): Command => ({
  id: label,
  label,
  group: "Test",
  run: () => undefined,
  ...(keys === undefined ? {} : { keys }),
});
const press = (key: string, more = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, ...more });

describe("keyName", () => {
  /** Control and Command are one modifier; a bare modifier is no key. */
  it("names keys", () => {
    expect(keyName(press("K", { metaKey: true }))).toBe("mod+k");
    expect(keyName(press("k", { ctrlKey: true }))).toBe("mod+k");
    expect(keyName(press("?"))).toBe("?");
    expect(keyName(press("Shift"))).toBeUndefined();
    expect(keyName(press("t", { altKey: true }))).toBeUndefined();
  });
});

describe("matchKeys", () => {
  const commands = [command("Traces", "g t"), command("Overview", "g o"), command("Help", "?")];

  /** A sequence waits for its second key, and a wrong second key starts over. */
  it("follows sequences", () => {
    expect(matchKeys(commands, "", "g")).toEqual({ pending: "g" });
    expect(matchKeys(commands, "g", "t").command?.label).toBe("Traces");
    expect(matchKeys(commands, "g", "?").command?.label).toBe("Help");
    expect(matchKeys(commands, "g", "x")).toEqual({ pending: "" });
  });

  /** The page's command overrules the frame's for the same key. */
  it("prefers later commands", () => {
    const both = [...commands, command("Page help", "?")];
    expect(matchKeys(both, "", "?").command?.label).toBe("Page help");
  });
});

describe("rankCommands", () => {
  /** Prefixes come before word starts, and letters in order still find something. */
  it("ranks by kind of match", () => {
    const found = rankCommands([command("All traces"), command("Traces"), command("Theme: light")], "tra");
    expect(found.map(({ label }) => label)).toEqual(["Traces", "All traces"]);
    expect(rankCommands([command("API keys")], "apk").length).toBe(1);
    expect(rankCommands([command("API keys")], "zz")).toEqual([]);
  });
});
