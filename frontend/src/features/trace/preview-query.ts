/** The first words that went into a span and came out of it, for traces small enough to be read whole. */
import { queryOptions } from "@tanstack/react-query";
import { api, deadline, unwrap } from "@/lib/api/client";
import type { TraceModel } from "@/telemetry/trace/build-trace";
import type { TraceSpan } from "@/telemetry/trace/trace-query";

/** Whole spans can be large; a trace with more of them is shown without their words. */
const PREVIEWED_SPANS_MAX = 200;

interface SpanPreview {
  asked: string | null;
  answered: string | null;
}

/** By span id. */
export type Previews = ReadonlyMap<string, SpanPreview>;

export function previewsQuery(model: TraceModel, traceId: string, complete: boolean) {
  const { length } = model.spans;
  return queryOptions({
    // A trace that grows is read again.
    queryKey: ["otel", "trace-previews", traceId, length],
    queryFn: async ({ signal }) => {
      const page = await unwrap(
        api.GET("/otel/trace/{trace_id}", {
          params: {
            path: { trace_id: traceId },
            query: { include: "payload", limit: PREVIEWED_SPANS_MAX },
          },
          signal: deadline(signal),
        }),
      );
      return previewsOf(page.spans);
    },
    enabled: complete && length <= PREVIEWED_SPANS_MAX && model.spans.some(speaks),
    placeholderData: (before, query) => (query?.queryKey[2] === traceId ? before : undefined),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Spans of these roles have something to say. */
const SPEAKING = new Set(["llm", "agent", "tool", "retriever", "embedding", "reranker", "chain", "prompt"]);

function speaks(span: TraceSpan): boolean {
  return SPEAKING.has(span.role ?? "");
}

export function previewsOf(spans: TraceSpan[]): Previews {
  const previews = new Map<string, SpanPreview>();
  for (const { span_id, payload } of spans) {
    const asked = payload?.derived.input_preview ?? null;
    const answered = payload?.derived.output_preview ?? null;
    if (asked !== null || answered !== null) previews.set(span_id, { asked, answered });
  }
  return previews;
}

export interface Exchange {
  asked: { text: string; spanId: string } | null;
  answered: { text: string; spanId: string } | null;
}

/**
 * What a trace was asked and what it answered where its root does not say it: the first words into a model call, and the last
 * ones out. The last call may only have sorted or judged, so a root that has an output is the better witness. Pure.
 */
export function exchangeOf(model: TraceModel, previews: Previews): Exchange {
  const exchange: Exchange = { asked: null, answered: null };
  const root = previews.get(model.spans[0]?.span_id ?? "");
  let firstStart = Number.POSITIVE_INFINITY;
  let lastEnd = Number.NEGATIVE_INFINITY;
  for (const [index, span] of model.spans.entries()) {
    const preview = previews.get(span.span_id);
    if (!preview || span.role !== "llm") continue;
    const start = model.offsetNanos[index] ?? 0;
    const end = start + (model.durationNanos[index] ?? 0);
    if (preview.asked !== null && start < firstStart) {
      firstStart = start;
      exchange.asked = { text: preview.asked, spanId: span.span_id };
    }
    if (preview.answered !== null && end >= lastEnd) {
      lastEnd = end;
      exchange.answered = { text: preview.answered, spanId: span.span_id };
    }
  }
  if (root && root.asked !== null) exchange.asked = null;
  if (root && root.answered !== null) exchange.answered = null;
  return exchange;
}
