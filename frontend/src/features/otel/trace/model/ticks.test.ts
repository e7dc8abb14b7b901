import { describe, expect, it } from "vitest";
import { timeTicks } from "./ticks";

describe("timeTicks", () => {
  /** Ticks are round, start at zero, and stay within the trace for any length. */
  it.each([
    [1_000, 4],
    [4_520_000_000, 5],
    [37, 6],
  ])("divides %d ns", (total, wanted) => {
    const ticks = timeTicks(total, wanted);
    expect(ticks[0]).toBe(0);
    expect(ticks.length).toBeGreaterThan(1);
    expect(ticks.length).toBeLessThanOrEqual(wanted + 1);
    expect(ticks.at(-1)).toBeLessThanOrEqual(total);
  });

  /** A trace of one instant still has an axis. */
  it("survives zero length", () => {
    expect(timeTicks(0, 5)).toEqual([0]);
  });
});
