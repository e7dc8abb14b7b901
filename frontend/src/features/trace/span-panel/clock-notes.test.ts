import { describe, expect, it } from "vitest";
import { clockNotes } from "./clock-notes";

const RECEIVED = "2026-11-30T12:00:00Z";
const at = (seconds: number) => `${Date.parse(RECEIVED) / 1_000 + seconds}000000000`;
const times = (start: number, end: number) => ({
  start_time_unix_nano: at(start),
  end_time_unix_nano: at(end),
  received_at: RECEIVED,
});

describe("clockNotes", () => {
  /** A span that ended when it arrived, within its parent, needs no word. */
  it("is silent about sound times", () => {
    expect(clockNotes(times(-5, 0), 10, 0)).toEqual([]);
    expect(clockNotes(times(-5, 0), 0, undefined)).toEqual([]);
  });

  /** An end before the start, a clock ahead, and a child before its parent are each said. */
  it("says what is wrong", () => {
    expect(clockNotes(times(-5, -7), 0, undefined)).toEqual([
      "Ends 2 s before it starts, so it has no duration.",
    ]);
    expect(clockNotes(times(3_600, 3_601), 0, undefined)).toEqual([
      "Its sender's clock is 1 h 00 m or more ahead of the server's.",
    ]);
    expect(clockNotes(times(-5, 0), 0, 2_000_000_000)).toEqual([
      "Starts 2 s before its parent: their clocks differ.",
    ]);
  });
});
