import { describe, expect, it } from "vitest";
import { ranked } from "./palette-ranking";

const labels = (query: string, ...items: string[]) =>
  ranked(
    items.map((label) => ({ label })),
    query,
  ).map(({ label }) => label);

describe("ranking", () => {
  /** Scenario: a text that begins one label and stands later in another. Guarantee: the beginning comes first. */
  it("orders by kind of match", () => {
    expect(labels("tra", "All traces", "Traces", "Theme: light")).toEqual(["Traces", "All traces"]);
  });

  /** Scenario: letters that stand in order, letters that do not, no text. Guarantee: found, not found, everything. */
  it("finds letters in order", () => {
    expect(labels("apk", "API keys")).toEqual(["API keys"]);
    expect(labels("zz", "API keys")).toEqual([]);
    expect(labels("  ", "b", "a")).toEqual(["b", "a"]);
  });

  /** Scenario: a word that only stands among the further words. Guarantee: it finds the entry. */
  it("reads the further words", () => {
    expect(ranked([{ label: "API keys", words: "tokens" }], "token")).toHaveLength(1);
  });
});
