import { describe, expect, it } from "vitest";
import { makeLargeTrace } from "@/testing/mock-api/corpus";
import { span } from "@/testing/spans";
import { buildTrace } from "./build-trace";

describe("buildTrace", () => {
  /** Children follow their parent in start order, with depth and subtree bounds. */
  it("orders spans depth first and knows each subtree", () => {
    const model = buildTrace([
      span("root", null, 0, 100),
      span("a", "root", 10, 30),
      span("b", "root", 20, 70),
      span("a1", "a", 12, 5),
      span("b1", "b", 25, 5),
    ]);
    expect(model.spans.map((found) => found.span_id)).toEqual(["root", "a", "a1", "b", "b1"]);
    expect([...model.depth]).toEqual([0, 1, 2, 1, 2]);
    expect([...model.end]).toEqual([5, 3, 3, 5, 5]);
    expect([...model.parent]).toEqual([-1, 0, 1, 0, 3]);
  });

  /** Nanoseconds since 1970 exceed 2^53: offsets must still be exact. */
  it("keeps nanoseconds exact", () => {
    const model = buildTrace([
      span("root", null),
      span("next", "root", 0, 1, { start_time_unix_nano: "1795225796217633696" }),
    ]);
    expect([...model.offsetNanos]).toEqual([0, 1]);
  });

  /** The axis covers children that start before their root (clock skew) or end after it (cancelled siblings). */
  it("fits the time axis to all spans", () => {
    const model = buildTrace([
      span("early", "root", -5, 5),
      span("root", null, 0, 10),
      span("late", "root", 5, 50),
    ]);
    expect(model.totalNanos).toBe(60_000_000);
    expect(model.offsetNanos[model.indexById.get("root") ?? -1]).toBe(5_000_000);
  });

  /** A lost parent and a cycle are shown, not dropped: every span appears exactly once. */
  it("shows orphans and cycles once", () => {
    const model = buildTrace([
      span("root", null),
      span("orphan", "lost", 1),
      span("x", "y", 2),
      span("y", "x", 3),
      span("z", "y", 4),
      span("self", "self", 5),
    ]);
    expect([...model.indexById.keys()].sort()).toEqual(["orphan", "root", "self", "x", "y", "z"]);
    expect(model.spans).toHaveLength(6);
    expect(model.orphan[model.indexById.get("orphan") ?? -1]).toBe(1);
    expect(model.orphan[model.indexById.get("root") ?? -1]).toBe(0);
  });

  /** A folded row tells how many failures it hides. */
  it("sums errors below each span", () => {
    const model = buildTrace([
      span("root", null),
      span("a", "root", 1, 1, { status: "error" }),
      span("a1", "a", 2, 1, { status: "error" }),
    ]);
    expect([...model.errorsBelow]).toEqual([2, 1, 0]);
  });

  /** 100,000 spans, and a chain as deep as there are spans: no recursion, no quadratic pass. */
  it("copes with large and deep traces", () => {
    const chain = Array.from({ length: 50_000 }, (_, at) =>
      span(`s${at}`, at === 0 ? null : `s${at - 1}`, at),
    );
    expect(buildTrace(chain).depth[49_999]).toBe(49_999);
    const model = buildTrace(makeLargeTrace(100_000, 0));
    expect(model.end[0]).toBe(100_000);
  });

  /** An empty trace is a valid page. */
  it("accepts no spans", () => {
    expect(buildTrace([])).toMatchObject({ spans: [], totalNanos: 0 });
  });
});
