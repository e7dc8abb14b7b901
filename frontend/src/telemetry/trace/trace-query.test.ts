import { describe, expect, it } from "vitest";
import { makeTrace } from "@/testing/mock-api/corpus";
import { span } from "@/testing/spans";
import { isSameTrace, pollInterval, type TraceData } from "./trace-query";

const START_MS = 1_795_225_796_217;

const { summary } = makeTrace(1, START_MS);

function data(change: Partial<TraceData> = {}): TraceData {
  return {
    traceId: "t",
    rootMissing: false,
    complete: true,
    summary,
    spans: [span("root", null, 0, 1_000)],
    ...change,
  };
}

describe("pollInterval", () => {
  /** A fresh trace is looked at again, an old one is left alone, one without a root is waited for longer. */
  it("polls until the trace is settled", () => {
    expect(pollInterval(data(), START_MS + 5_000)).toBe(2_000);
    expect(pollInterval(data(), START_MS + 120_000)).toBe(false);
    expect(pollInterval(data({ rootMissing: true }), START_MS + 120_000)).toBe(2_000);
    expect(pollInterval(undefined, START_MS)).toBe(false);
  });
});

describe("isSameTrace", () => {
  /** A poll without news must not rebuild the rows; a longer root is news. */
  it("notices what changes the page", () => {
    expect(isSameTrace(data(), data())).toBe(true);
    expect(isSameTrace(data(), data({ spans: [span("root", null, 0, 2_000)] }))).toBe(false);
    expect(isSameTrace(data(), data({ spans: [span("root", null, 0, 1_000), span("a", "root")] }))).toBe(
      false,
    );
    expect(isSameTrace(undefined, data())).toBe(false);
  });
});
