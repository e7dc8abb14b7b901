import { describe, expect, it } from "vitest";
import { formatCost, formatCostExact } from "./cost";

describe("formatCost", () => {
  /** Scenario: amounts of every size, and the edges between forms. Guarantee: two significant digits at least; unknown is a dash. */
  it.each([
    [null, "–"],
    [undefined, "–"],
    [0, "$0"],
    [0.0000001, "<$0.000001"],
    [0.00002, "$0.000020"],
    [0.000207, "$0.00021"],
    [0.0042, "$0.0042"],
    [0.00999, "$0.010"],
    [0.1234, "$0.123"],
    [0.9996, "$1.00"],
    [12.5, "$12.50"],
    [999.999, "$1,000.00"],
    [1204, "$1,204.00"],
    [-0.5, "−$0.500"],
  ])("shows %s as %s", (usd, text) => {
    expect(formatCost(usd)).toBe(text);
  });
});

describe("formatCostExact", () => {
  /** Scenario: amounts with few and many digits. Guarantee: every digit shows, and cents are two. */
  it.each([
    [null, "–"],
    [0, "$0"],
    [0.000207, "$0.000207"],
    [12.5, "$12.50"],
    [1204, "$1,204.00"],
    [0.123456, "$0.123456"],
  ])("shows %s as %s", (usd, text) => {
    expect(formatCostExact(usd)).toBe(text);
  });
});
