/**
 * A trace without the spans that only show how a framework works. The rule:
 *
 * | a span stays | because |
 * |---|---|
 * | it has no parent here | it says what the trace is |
 * | it failed, or an exception was recorded on it | somebody looks for it |
 * | its usage counts in sums | it was paid for; what repeats the usage of a call below it was not |
 * | it changed a Junjo state | the state is the story of a run |
 * | its role is one that speaks or acts: model call, agent, tool, retriever, reranker, embedding, guardrail, evaluator, workflow, subflow, node, concurrent group | it has messages, arguments, documents or a judgement, or holds what has |
 *
 * The rest (chains, prompt templates, parsers, HTTP calls, spans without a role) goes, and what is below such a span moves up to the
 * nearest one that stays. Only what rows say is read, no payload. Pure, linear.
 */
import { foldUp, type TraceModel } from "./build-trace";
import type { TraceSpan } from "./trace-query";

const SPEAKING: ReadonlySet<string> = new Set([
  "llm",
  "agent",
  "tool",
  "retriever",
  "reranker",
  "embedding",
  "guardrail",
  "evaluator",
  "workflow",
  "subflow",
  "node",
  "run_concurrent",
]);

export function matters(span: TraceSpan): boolean {
  return (
    span.status === "error" ||
    span.error_count > 0 ||
    span.state_event_count > 0 ||
    span.counts_usage ||
    SPEAKING.has(span.role ?? "")
  );
}

const NONE = -1;

/** The same trace with the spans that matter alone; its arrays have indexes of their own. */
export function onlyWhatMatters(model: TraceModel): TraceModel {
  const kept: number[] = [];
  /** Where the nearest kept span at or above each span is in the new arrays. */
  const place = new Int32Array(model.spans.length).fill(NONE);
  const above: number[] = [];
  for (const [index, span] of model.spans.entries()) {
    const up = model.parent[index] ?? NONE;
    const nearest = up === NONE ? NONE : (place[up] ?? NONE);
    if (up !== NONE && !matters(span)) {
      place[index] = nearest;
      continue;
    }
    place[index] = kept.length;
    kept.push(index);
    above.push(nearest);
  }
  if (kept.length === model.spans.length) return model;
  const picked: TraceModel = {
    spans: kept.map((index) => model.spans[index] as TraceSpan),
    indexById: new Map(kept.map((index, at) => [model.spans[index]?.span_id ?? "", at])),
    parent: Int32Array.from(above),
    depth: new Int32Array(kept.length),
    end: new Int32Array(kept.length),
    errorsBelow: new Int32Array(kept.length),
    offsetNanos: Float64Array.from(kept, (index) => model.offsetNanos[index] ?? 0),
    durationNanos: Float64Array.from(kept, (index) => model.durationNanos[index] ?? 0),
    orphan: Uint8Array.from(kept, (index) => model.orphan[index] ?? 0),
    startUnixNano: model.startUnixNano,
    totalNanos: model.totalNanos,
  };
  for (const [at, up] of above.entries()) picked.depth[at] = up === NONE ? 0 : (picked.depth[up] ?? 0) + 1;
  foldUp(picked);
  return picked;
}
