import { describe, expect, it } from "vitest";
import { fillBuckets } from "./buckets";
import type { StatsItem } from "./stats-query";

const item = (iso: string) => ({ start_time: iso, count: 1 }) as StatsItem;

describe("fillBuckets", () => {
  /** Empty intervals are buckets too, aligned with those that the server sent. */
  it("fills the gaps", () => {
    const { times, items } = fillBuckets({
      from: "2026-11-21T10:00:30Z",
      to: "2026-11-21T10:04:00Z",
      interval_seconds: 60,
      items: [item("2026-11-21T10:01:00Z"), item("2026-11-21T10:03:00Z")],
    });
    expect(times.map((time) => new Date(time).toISOString().slice(11, 16))).toEqual([
      "10:00",
      "10:01",
      "10:02",
      "10:03",
    ]);
    expect(items.map((found) => found?.count ?? 0)).toEqual([0, 1, 0, 1]);
  });

  /** A range without any data is an empty chart, not a missing one. */
  it("shows an empty range", () => {
    const { items } = fillBuckets({
      from: "2026-11-21T10:00:00Z",
      to: "2026-11-21T11:00:00Z",
      interval_seconds: 600,
      items: [],
    });
    expect(items).toHaveLength(6);
  });
});
