import { describe, expect, it } from "vitest";
import { isMoving, resolveTimeRange, timeRangeSearch } from "./time-range";

const NOW = Date.parse("2026-11-21T12:00:00Z");

describe("time range", () => {
  /** Presets move with the clock, exact ends stay, and "all" sends no bound at all. */
  it("resolves presets, exact ends and all time", () => {
    expect(resolveTimeRange({ range: "1h" }, NOW)).toEqual({ from: "2026-11-21T11:00:00.000Z" });
    expect(resolveTimeRange({}, NOW)).toEqual({ from: "2026-11-20T12:00:00.000Z" });
    expect(resolveTimeRange({ range: "all" }, NOW)).toEqual({});
    expect(resolveTimeRange({ to: "2026-11-01T00:00:00Z" }, NOW)).toEqual({ to: "2026-11-01T00:00:00.000Z" });
  });

  /** A hand-edited URL opens the page with defaults instead of an error. */
  it("drops damaged parameters", () => {
    expect(timeRangeSearch.parse({ range: "9y", from: "yesterday" })).toEqual({});
  });

  /** A window that lies in the past is not polled. */
  it("knows when nothing new can come", () => {
    expect(isMoving({ to: "2026-11-01T00:00:00Z" }, NOW)).toBe(false);
    expect(isMoving({ range: "7d" }, NOW)).toBe(true);
  });
});
