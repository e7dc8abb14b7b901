import { describe, expect, it } from "vitest";
import { type CostDetails, costNotes } from "./cost-facts";

const PRICED: CostDetails = {
  parts: [{ kind: "input", tokens: 1_000, usd_per_million: 2, cost_usd: 0.002 }],
  computed_usd: 0.002,
  reported_usd: null,
  unpriced_reason: null,
  price_table: "bundled",
  price_date: "2026-11-02",
};
const call = { model: "gpt-x", provider: "openai" };

describe("costNotes", () => {
  /** A computed cost names the day of its prices, and a table that is not the server's own. */
  it("names the table", () => {
    const day = "Prices of 2026-11-02, US dollars per million tokens.";
    expect(costNotes({ ...call, cost: 0.002, details: PRICED })).toEqual([day]);
    expect(costNotes({ ...call, cost: 0.002, details: { ...PRICED, price_table: "own" } })[0]).toContain(
      "(own)",
    );
  });

  /** A reported figure is told from ours, and so is a figure of older prices. */
  it("says whose figure it is", () => {
    expect(costNotes({ ...call, cost: 0.003, details: { ...PRICED, reported_usd: 0.003 } })[0]).toContain(
      "reported with the span",
    );
    expect(costNotes({ ...call, cost: 0.001, details: PRICED })[0]).toContain(
      "the day on which the span arrived",
    );
    expect(costNotes({ ...call, cost: 0.002_001, details: PRICED })).toHaveLength(1);
  });

  /** A call without a price says what is missing. */
  it("says why there is none", () => {
    const unpriced: CostDetails = {
      ...PRICED,
      parts: [],
      computed_usd: null,
      unpriced_reason: "unknown_model",
    };
    expect(costNotes({ ...call, cost: null, details: unpriced })).toEqual([
      "No price is known for gpt-x at openai in the table of 2026-11-02.",
    ]);
    expect(
      costNotes({ ...call, cost: null, details: { ...unpriced, unpriced_reason: "no_model" } })[0],
    ).toContain("names no model");
  });
});
