import { describe, expect, it } from "vitest";
import { LIVE_MS } from "@/state/query-client";
import { type Deletion, watchInterval, withAge } from "./storage-query";

const done: Deletion = {
  id: "1",
  state: "done",
  service: "checkout",
  trace_count: null,
  trace_ids: [],
  through_sequence: 4,
  requested_at: "2026-11-21T10:00:00Z",
  requested_by: null,
  finished_at: "2026-11-21T10:01:00Z",
};
const page = (...items: Deletion[]) => ({ items, next_cursor: null });

describe("watchInterval", () => {
  /** The list is asked again while a deletion is pending, on whichever page, and then no more. */
  it("watches what is pending", () => {
    const pending: Deletion = { ...done, state: "pending", finished_at: null };
    expect(watchInterval([page(done), page(done, pending)])).toBe(LIVE_MS);
    expect(watchInterval([page(done)])).toBe(false);
    expect(watchInterval(undefined)).toBe(false);
  });
});

describe("withAge", () => {
  const ages = [
    { service: "checkout", days: 7 },
    { service: "search", days: 14 },
  ];

  /** The server takes the whole list: changing one service must not lose another. */
  it("changes one service and keeps the others", () => {
    expect(withAge(ages, "checkout", 3)).toEqual([
      { service: "search", days: 14 },
      { service: "checkout", days: 3 },
    ]);
    expect(withAge(ages, "checkout", null)).toEqual([{ service: "search", days: 14 }]);
    expect(withAge(ages, "new", 1)).toHaveLength(3);
  });
});
