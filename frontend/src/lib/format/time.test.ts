import { describe, expect, it } from "vitest";
import { formatAge, nanosToIso } from "./time";

const NOW = Date.parse("2026-11-21T12:00:00Z");

describe("formatAge", () => {
  /** Ages step from seconds to days; a client clock that is behind shows "now", not a negative age. */
  it.each([
    ["2026-11-21T12:00:05Z", "now"],
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
