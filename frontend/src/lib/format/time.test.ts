import { describe, expect, it } from "vitest";
import { formatAge, nanosToIso } from "./time";

const NOW = Date.parse("2026-11-21T12:00:00Z");

describe("formatAge", () => {
  /** Ages step from seconds to days; a clock that is a little ahead is now, one that is far ahead says by how much. */
  it.each([
    ["2026-11-21T12:00:04Z", "now"],
    ["2026-11-21T12:30:00Z", "in 30 min"],
    ["2026-11-22T12:00:00Z", "in 1 d"],
    ["2026-11-22T11:00:00Z", "in 23 h"],
    ["2026-11-21T11:59:48Z", "12 s ago"],
    ["2026-11-21T11:55:00Z", "5 min ago"],
    ["2026-11-21T09:00:00Z", "3 h ago"],
    ["2026-11-19T12:00:00Z", "2 d ago"],
    ["nonsense", "–"],
  ])("shows %s as %s", (iso, text) => {
    expect(formatAge(iso, NOW)).toBe(text);
  });
});

describe("nanosToIso", () => {
  /** No digit is lost between the wire and the screen. */
  it("keeps all nine fractional digits", () => {
    expect(nanosToIso("1795225796217633695")).toBe("2026-11-21T01:49:56.217633695Z");
    expect(nanosToIso("not a number")).toBe("not a number");
  });
});
