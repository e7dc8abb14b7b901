import { describe, expect, it } from "vitest";
import { settleAhead } from "./settle-ahead";

const NOW = Date.parse("2026-11-29T14:30:00Z");

const row = (id: string, start: string) => ({ id, start: `2026-11-${start}Z` });
const settle = (rows: ReturnType<typeof row>[], seen: Map<string, number>, nowMs: number) =>
  settleAhead({ rows, idOf: ({ id }) => id, startOf: ({ start }) => start, seen, nowMs }).map(({ id }) => id);

describe("settleAhead", () => {
  /** Scenario: a trace from tomorrow, and another one a minute later. Guarantee: the later one stands above it. */
  it("lets what comes later stand above", () => {
    const seen = new Map<string, number>();
    const ahead = row("ahead", "30T14:30:00");
    const old = row("old", "29T14:00:00");
    expect(settle([ahead, old], seen, NOW)).toEqual(["ahead", "old"]);
    const fresh = row("fresh", "29T14:30:50");
    expect(settle([ahead, fresh, old], seen, NOW + 60_000)).toEqual(["fresh", "ahead", "old"]);
  });

  /** Scenario: a list in which no clock is ahead. Guarantee: it is the same list. */
  it("leaves other lists alone", () => {
    const rows = [row("b", "29T14:29:00"), row("a", "29T14:00:00")];
    const seen = new Map<string, number>();
    expect(settleAhead({ rows, idOf: ({ id }) => id, startOf: ({ start }) => start, seen, nowMs: NOW })).toBe(
      rows,
    );
    expect(seen.size).toBe(0);
  });
});
