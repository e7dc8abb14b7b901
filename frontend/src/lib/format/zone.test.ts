import { afterEach, describe, expect, it, vi } from "vitest";
import { formatClock, formatExact, formatExactNanos, formatMoment, formatWindow } from "./time";
import { chooseZone, fromZoneInput, toZoneInput, zoneChoices, zoneName } from "./zone";

const NOW = Date.parse("2026-11-29T20:00:00Z");

/** Minutes east of UTC that the browser's own zone has for the length of a test. */
function browserZone(minutes: number) {
  vi.spyOn(Date.prototype, "getTimezoneOffset").mockReturnValue(-minutes);
}

afterEach(() => chooseZone("local"));

describe("the zone", () => {
  /** Scenario: zones with whole and half hours, east and west. Guarantee: each is named by its offset. */
  it("is named by its offset", () => {
    for (const [minutes, name] of [
      [0, "UTC"],
      [60, "UTC+1"],
      [330, "UTC+5:30"],
      [-480, "UTC−8"],
    ] as const) {
      browserZone(minutes);
      expect(zoneName(NOW)).toBe(name);
      vi.restoreAllMocks();
    }
    browserZone(60);
    expect(zoneName(NOW, "utc")).toBe("UTC");
    expect(zoneChoices(NOW).map(({ value }) => value)).toEqual(["local", "utc"]);
    expect(zoneChoices(NOW)[0]?.label).toMatch(/, UTC\+1$/);
  });

  /** Scenario: a typed time, with and without a zone of its own. Guarantee: it is read in the chosen zone, and shown as it was typed. */
  it("holds for what is typed", () => {
    chooseZone("utc");
    expect(fromZoneInput("2026-11-29 14:30")).toBe("2026-11-29T14:30:00.000Z");
    expect(fromZoneInput("2026-11-29T14:30:15")).toBe("2026-11-29T14:30:15.000Z");
    expect(fromZoneInput("2026-11-29")).toBe("2026-11-29T00:00:00.000Z");
    expect(fromZoneInput("2026-11-29 14:30 +02:00")).toBe("2026-11-29T12:30:00.000Z");
    expect(toZoneInput("2026-11-29T14:30:00Z")).toBe("2026-11-29 14:30");
    expect(toZoneInput("2026-11-29T14:30:15Z")).toBe("2026-11-29 14:30:15");
    browserZone(330);
    chooseZone("local");
    expect(toZoneInput("2026-11-29T14:30:00Z")).toBe("2026-11-29 20:00");
  });

  /** Scenario: texts that are no time. Guarantee: none of them becomes one. */
  it("is not guessed from what is no time", () => {
    for (const text of ["", "yesterday", "2026-13-01", "11/29/2026", "2026-11-29 25:00"]) {
      expect(fromZoneInput(text)).toBeUndefined();
    }
  });

  /** Scenario: every exact form in UTC. Guarantee: a 24-hour clock, and the zone by name. */
  it("is named by every exact time", () => {
    chooseZone("utc");
    expect(formatExact("2026-11-29T13:05:07.042Z")).toBe("Nov 29, 2026, 13:05:07.042 UTC");
    expect(formatMoment("2026-11-29T00:05:07.042Z")).toBe("Nov 29, 2026, 00:05:07 UTC");
    expect(formatExactNanos("1795225796217633695")).toBe("Nov 21, 2026, 01:49:56.217633695 UTC");
    expect(formatExactNanos("not a number")).toBe("not a number");
    expect(formatClock("2026-11-29T13:05:07.042Z", NOW)).toBe("13:05:07.042");
    expect(formatClock("2026-11-28T13:05:07.042Z", NOW)).toBe("Nov 28 13:05:07.042");
  });
});

describe("formatWindow", () => {
  /** Scenario: windows within a day, over days, over years, and with one end. Guarantee: nothing is said twice, and nothing is left out. */
  it.each([
    ["2026-11-29T05:34:00Z", "2026-11-29T13:59:00Z", "Nov 29, 05:34 – 13:59 UTC"],
    ["2026-11-29T05:34:10Z", "2026-11-29T05:35:00Z", "Nov 29, 05:34:10 – 05:35:00 UTC"],
    ["2026-11-28T22:00:00Z", "2026-11-29T02:00:00Z", "Nov 28, 22:00 – Nov 29, 02:00 UTC"],
    ["2025-12-31T22:00:00Z", "2026-01-01T02:00:00Z", "Dec 31, 2025, 22:00 – Jan 1, 2026, 02:00 UTC"],
    ["2026-11-29T05:34:00Z", undefined, "Nov 29, 05:34 UTC – now"],
    [undefined, "2026-11-29T05:34:00Z", "start – Nov 29, 05:34 UTC"],
  ])("shows %s to %s as %s", (from, to, text) => {
    chooseZone("utc");
    expect(formatWindow(from, to, NOW)).toBe(text);
  });
});
