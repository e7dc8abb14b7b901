import { describe, expect, it } from "vitest";
import { overlayLook } from "./overlay-state";

const node = (key: string, more = {}) => ({
  key,
  kind: "node",
  run_count: 10,
  execution_count: 20,
  error_count: 0,
  p95_duration_ns: "1000000",
  ...more,
});

describe("overlayLook", () => {
  /** Percentile and error rate stand on each node, heat compares percentiles, and unused nodes say so. */
  it("tells percentiles and error rates", () => {
    const { states, notes } = overlayLook([
      node("fast"),
      node("slow", { p95_duration_ns: "4000000", error_count: 5 }),
      node("unused", { run_count: 0, execution_count: 0, p95_duration_ns: null }),
    ]);
    expect(notes.get("slow")).toBe("P95 4 ms · 25 % failed");
    expect(notes.get("unused")).toBe("never executed");
    expect(states.get("slow")).toMatchObject({ phase: "failed", heat: 1 });
    expect(states.get("fast")).toMatchObject({ phase: "done", heat: 0.25 });
  });
});
