import { describe, expect, it } from "vitest";
import { makeTrace } from "@/testing/mock-api/corpus";
import { mergeTraces } from "./merge-traces";
import type { TraceList, TraceSummary } from "./traces-query";

const trace = (seed: number, startMs: number) => makeTrace(seed, startMs).summary;

/** The last page ends the list unless there is `more`. */
function list(pages: TraceSummary[][], more = false) {
  return {
    pages: pages.map(
      (items, index): TraceList => ({
        items,
        next_cursor: more || index < pages.length - 1 ? "more" : null,
        incomplete: null,
      }),
    ),
    pageParams: pages.map((): string | undefined => undefined),
  };
}

const ids = (data: ReturnType<typeof list>) =>
  data.pages.map(({ items }) => items.map((item) => item.trace_id));

describe("mergeTraces", () => {
  const [old, middle, fresh] = [trace(1, 1_000), trace(2, 2_000), trace(3, 3_000)];
  const newest = {};

  /** A new trace stands at its place by start time, also when it arrives late, and when older pages are loaded. */
  it("inserts in the order of the list", () => {
    expect(ids(mergeTraces(list([[fresh, old]]), [middle], newest))).toEqual([
      [fresh.trace_id, middle.trace_id, old.trace_id],
    ]);
    expect(ids(mergeTraces(list([[]]), [old], newest))).toEqual([[old.trace_id]]);
    expect(ids(mergeTraces(list([[middle], [old]]), [fresh], newest))).toEqual([
      [fresh.trace_id, middle.trace_id],
      [old.trace_id],
    ]);
    expect(ids(mergeTraces(list([[old, fresh]]), [middle], { direction: "asc" }))).toEqual([
      [old.trace_id, middle.trace_id, fresh.trace_id],
    ]);
  });

  /** A trace that went on replaces its earlier version on whichever page, and is never listed twice. */
  it("replaces and does not repeat", () => {
    const changed = { ...middle, span_count: 99 };
    const data = mergeTraces(list([[fresh], [middle, old]]), [changed, changed], newest);
    expect(ids(data)).toEqual([[fresh.trace_id], [middle.trace_id, old.trace_id]]);
    expect(data.pages[1]?.items[0]?.span_count).toBe(99);
  });

  /** What belongs behind the last loaded row is left to the server, which knows what stands between. */
  it("adds nothing behind what is loaded", () => {
    expect(ids(mergeTraces(list([[fresh]], true), [old], newest))).toEqual([[fresh.trace_id]]);
    expect(ids(mergeTraces(list([[fresh]]), [old], newest))).toEqual([[fresh.trace_id, old.trace_id]]);
  });

  /** In the order of cost a cheap new trace stands below a dear old one, and one without a cost last in both directions. */
  it("keeps other orders", () => {
    const dear = { ...old, cost_usd: 2 };
    const cheap = { ...fresh, cost_usd: 1 };
    const unknown = { ...middle, cost_usd: null };
    const cost = { order: "cost" } as const;
    expect(ids(mergeTraces(list([[dear]]), [unknown, cheap], cost))).toEqual([
      [dear.trace_id, cheap.trace_id, unknown.trace_id],
    ]);
    expect(ids(mergeTraces(list([[dear]]), [unknown, cheap], { ...cost, direction: "asc" }))).toEqual([
      [cheap.trace_id, dear.trace_id, unknown.trace_id],
    ]);
  });

  /** The live tail looks up no attributes: a column keeps the value that was known. */
  it("keeps looked up attributes", () => {
    const known = { ...old, columns: { "attributes.http.route": "/chat" } };
    const changed = { ...old, span_count: 7 };
    const data = mergeTraces(list([[known]]), [changed], newest);
    expect(data.pages[0]?.items[0]).toMatchObject({
      span_count: 7,
      columns: { "attributes.http.route": "/chat" },
    });
  });
});
