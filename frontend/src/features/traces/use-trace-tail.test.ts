import { describe, expect, it } from "vitest";
import type { TraceList, TraceSummary } from "@/telemetry/traces/traces-query";
import { makeTrace } from "@/testing/mock-api/corpus";
import { withTrace } from "./use-trace-tail";

const trace = (seed: number, startMs: number) => makeTrace(seed, startMs).summary;

function list(...pages: TraceSummary[][]) {
  return {
    pages: pages.map((items): TraceList => ({ items, next_cursor: null, incomplete: null })),
    pageParams: pages.map((): string | undefined => undefined),
  };
}

const ids = (data: ReturnType<typeof list>) =>
  data.pages.map(({ items }) => items.map((item) => item.trace_id));

describe("withTrace", () => {
  const [old, middle, fresh] = [trace(1, 1_000), trace(2, 2_000), trace(3, 3_000)];

  /** A new trace stands at its place by start time, also when it arrives late. */
  it("inserts by start time", () => {
    expect(ids(withTrace(list([fresh, old]), middle))).toEqual([
      [fresh.trace_id, middle.trace_id, old.trace_id],
    ]);
    expect(ids(withTrace(list([]), old))).toEqual([[old.trace_id]]);
  });

  /** A trace that went on replaces its earlier version, and is never listed twice. */
  it("replaces and does not repeat", () => {
    const changed = { ...middle, span_count: 99 };
    const data = withTrace(list([fresh, middle]), changed);
    expect(ids(data)).toEqual([[fresh.trace_id, middle.trace_id]]);
    expect(data.pages[0]?.items[1]?.span_count).toBe(99);
    const walked = list([fresh], [middle]);
    expect(withTrace(walked, changed)).toBe(walked);
  });
});
