import { describe, expect, it } from "vitest";
import { buildTrace } from "@/telemetry/trace/build-trace";
import type { TraceSpan } from "@/telemetry/trace/trace-query";
import { span } from "@/testing/spans";
import { exchangeOf, previewsOf } from "./preview-query";

function call(
  id: string,
  startMs: number,
  durationMs: number,
  asked: string | null,
  answered: string | null,
) {
  return span(id, "root", startMs, durationMs, { role: "llm", payload: payload(asked, answered) });
}

function payload(asked: string | null, answered: string | null) {
  const derived = { input_preview: asked, output_preview: answered };
  return { derived } as unknown as NonNullable<TraceSpan["payload"]>;
}

describe("exchangeOf", () => {
  /** The question of the call that began first and the answer of the call that ended last; calls without words do not count. */
  it("finds what was asked and answered", () => {
    const spans = [
      span("root", null, 0, 100),
      call("late", 50, 40, "second question", "final answer"),
      call("early", 10, 20, "first question", "draft"),
      call("mute", 95, 5, null, null),
    ];
    const previews = previewsOf(spans);
    expect([...previews.keys()]).toEqual(["late", "early"]);
    expect(exchangeOf(buildTrace(spans), previews)).toEqual({
      asked: { text: "first question", spanId: "early" },
      answered: { text: "final answer", spanId: "late" },
    });
    expect(exchangeOf(buildTrace(spans.slice(0, 1)), previews)).toEqual({ asked: null, answered: null });
  });

  /** A root that says what came out is not contradicted by its last call; what it does not say is still looked for. */
  it("leaves to the root what the root says", () => {
    const spans = [
      span("root", null, 0, 100, { role: "agent", payload: payload(null, "final answer") }),
      call("answer", 10, 20, "question", "draft"),
      call("judge", 50, 40, "is it polite?", "accept"),
    ];
    expect(exchangeOf(buildTrace(spans), previewsOf(spans))).toEqual({
      asked: { text: "question", spanId: "answer" },
      answered: null,
    });
  });
});
