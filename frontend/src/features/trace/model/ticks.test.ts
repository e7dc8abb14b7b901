import { describe, expect, it } from "vitest";
import { timeTicks } from "./ticks";

describe("timeTicks", () => {
  /** Ticks are round, start at zero, and stay within the trace for any length. */
  it.each([
    [1_000, 4],
    [4_520_000_000, 5],
    [37, 6],
  ])("divides %d ns", (total, wanted) => {
    const ticks = timeTicks(0, total, wanted);
    expect(ticks[0]).toBe(0);
    expect(ticks.length).toBeGreaterThan(1);
    expect(ticks.length).toBeLessThanOrEqual(wanted + 1);
    expect(ticks.at(-1)).toBeLessThanOrEqual(total);
  });

  /** Inside a part of the time, ticks keep to round distances from zero. */
  it("keeps round numbers in a window", () => {
    expect(timeTicks(1_300, 2_700, 3)).toEqual([1_500, 2_000, 2_500]);
  });

  /** A trace of one instant still has an axis. */
  it("survives zero length", () => {
    expect(timeTicks(0, 0, 5)).toEqual([0]);
  });
});
