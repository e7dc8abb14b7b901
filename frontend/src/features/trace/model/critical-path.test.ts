import { describe, expect, it } from "vitest";
import { buildTrace } from "@/telemetry/trace/build-trace";
import { span } from "@/testing/spans";
import { criticalPath, nanosOnPath } from "./critical-path";

const MILLI = 1_000_000;

function path(...spans: ReturnType<typeof span>[]) {
  const model = buildTrace(spans);
  const found = criticalPath(model);
  const segments: Record<string, [number, number][]> = {};
  model.spans.forEach(({ span_id }, index) => {
    for (let at = found.firstSegment[index] ?? 0; at < (found.firstSegment[index + 1] ?? 0); at++) {
      segments[span_id] ??= [];
      segments[span_id].push([(found.startNanos[at] ?? 0) / MILLI, (found.endNanos[at] ?? 0) / MILLI]);
    }
  });
  return { segments, model, found };
}

describe("criticalPath", () => {
  /** Sequential children share the time with the gaps of their parent. */
  it("goes through children and the gaps between them", () => {
    const { segments } = path(
      span("root", null, 0, 100),
      span("a", "root", 10, 20),
      span("b", "root", 50, 40),
    );
    expect(segments).toEqual({
      root: [
        [0, 10],
        [30, 50],
        [90, 100],
      ],
      a: [[10, 30]],
      b: [[50, 90]],
    });
  });

  /** Of concurrent children only the one that ended last was waited for. */
  it("leaves out what ran beside", () => {
    const { segments } = path(
      span("root", null, 0, 100),
      span("slow", "root", 0, 100),
      span("fast", "root", 0, 60),
    );
    expect(segments).toEqual({ slow: [[0, 100]] });
  });

  /** A child that outlives its parent counts up to the parent's end; one that starts after it not at all. */
  it("clamps children to their parent", () => {
    const { segments } = path(
      span("root", null, 0, 50),
      span("late", "root", 40, 100),
      span("after", "root", 60, 5),
    );
    expect(segments).toEqual({ root: [[0, 40]], late: [[40, 50]] });
  });

  /** The path covers the root's duration exactly, however deep and concurrent the trace is. */
  it("adds up to the root's duration", () => {
    const spans = [span("s0", null, 0, 1_000)];
    for (let index = 1; index < 300; index++) {
      const start = (index * 37) % 700;
      spans.push(span(`s${index}`, `s${Math.floor((index - 1) / 3)}`, start, 10 + ((index * 53) % 290)));
    }
    const { model, found } = path(...spans);
    const sum = model.spans.reduce((total, _, index) => total + nanosOnPath(found, index), 0);
    expect(sum).toBe(1_000 * MILLI);
  });

  /** A chain deeper than any call stack is walked. */
  it("survives depth", () => {
    const spans = Array.from({ length: 20_000 }, (_, index) =>
      span(`s${index}`, index === 0 ? null : `s${index - 1}`, 0, 100),
    );
    expect(path(...spans).segments).toEqual({ s19999: [[0, 100]] });
  });
});
