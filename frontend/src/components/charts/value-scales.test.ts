import { describe, expect, it } from "vitest";
import { COUNTS, DOLLARS, logEnds, logMarks, MILLISECONDS } from "./value-scales";

describe("value scales", () => {
  /** Scenario: marks of durations. Guarantee: above a second they are round in the unit that is shown. */
  it("are round where people count in sixties", () => {
    const shown = (MILLISECONDS.steps ?? []).filter((step) => step >= 1_000 && step <= 3_600_000);
    expect(shown.map(MILLISECONDS.format).join(", ")).toBe(
      "1 s, 2 s, 5 s, 10 s, 15 s, 30 s, 1 m 00 s, 2 m 00 s, 5 m 00 s, 10 m 00 s, 15 m 00 s, 30 m 00 s, 1 h 00 m",
    );
  });

  /** Scenario: counts. Guarantee: no mark lies between whole numbers. */
  it("are whole for counts", () => {
    expect(COUNTS.steps?.every(Number.isInteger)).toBe(true);
  });

  /** Scenario: values with an outlier, without any, and only zeros. Guarantee: a logarithmic axis holds them all, or there is none. */
  it("hold all values on a logarithmic axis", () => {
    expect(logEnds(MILLISECONDS, [12, null, 0, 95_000])).toEqual([10, 600_000]);
    expect(logEnds(DOLLARS, [0.02, 3])).toEqual([0.01, 10]);
    expect(logEnds(DOLLARS, [1])).toEqual([1, 10]);
    expect(logEnds(DOLLARS, [0, null])).toBeUndefined();
  });

  /** Scenario: a range with more marks than there is room for. Guarantee: they are thinned out evenly, the lowest stays. */
  it("leave out marks that have no room", () => {
    expect(logMarks(DOLLARS, 0.01, 100, 10)).toEqual([0.01, 0.1, 1, 10, 100]);
    expect(logMarks(DOLLARS, 0.01, 100, 3)).toEqual([0.01, 1, 100]);
    expect(logMarks(MILLISECONDS, 10, 600_000, 10).map(MILLISECONDS.format)).toEqual([
      "10 ms",
      "100 ms",
      "1 s",
      "10 s",
      "1 m 00 s",
      "10 m 00 s",
    ]);
  });
});
