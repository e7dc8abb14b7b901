/** What the mock counts: traces or spans, as rows with the numbers and the fields that statistics know. */
import type { SpanDetail } from "@/telemetry/trace/span-query";
import type { MockTrace } from "./corpus.ts";

export interface Row {
  startMs: number;
  durationMs: number;
  failed: boolean;
  modelCalls: number;
  inputTokens: number | null;
  outputTokens: number | null;
  costUsd: number | null;
  unpricedCalls: number;
  /** What it can be grouped by. */
  fields: Record<string, string | null>;
}

export function rowOfTrace({ summary }: MockTrace): Row {
  return {
    startMs: Date.parse(summary.start_time),
    durationMs: Number(summary.duration_ns) / 1e6,
    failed: summary.error_count > 0,
    modelCalls: summary.llm_call_count,
    inputTokens: summary.input_tokens,
    outputTokens: summary.output_tokens,
    costUsd: summary.cost_usd,
    unpricedCalls: summary.unpriced_calls,
    fields: { service: summary.service, name: summary.root_name },
  };
}

/** Spans that fit the parameters; of filters the few that pages ask with. */
export function rowsOfSpans(traces: readonly MockTrace[], query: URLSearchParams): Row[] {
  return traces.flatMap(({ spans }) => spans.filter((span) => fits(span, query)).map(rowOfSpan));
}

function fits(span: SpanDetail, query: URLSearchParams): boolean {
  const is = (name: string, value: string | null) => !query.has(name) || query.get(name) === value;
  return (
    is("service", span.service) &&
    is("role", span.derived.role) &&
    is("model", span.derived.model) &&
    is("status", span.status) &&
    fitsFilter(span, query.get("filter") ?? "")
  );
}

function fitsFilter(span: SpanDetail, filter: string): boolean {
  if (filter.startsWith("is_root = true or ")) {
    return span.parent_span_id === null || span.kind === "server" || span.kind === "consumer";
  }
  const contained = /^model contains "(.*)"$/.exec(filter)?.[1];
  return contained === undefined || (span.derived.model ?? "").includes(contained);
}

function rowOfSpan(span: SpanDetail): Row {
  const { derived } = span;
  const isCall = derived.role === "llm";
  const version = span.resource.attributes?.["service.version"];
  return {
    startMs: Date.parse(span.start_time),
    durationMs: Number(span.duration_ns) / 1e6,
    failed: span.status === "error",
    modelCalls: isCall ? 1 : 0,
    inputTokens: derived.input_tokens,
    outputTokens: derived.output_tokens,
    costUsd: derived.cost_usd,
    unpricedCalls: isCall && derived.cost_usd === null ? 1 : 0,
    fields: {
      service: span.service,
      name: span.name,
      model: derived.model,
      error_type: span.status === "error" ? derived.error_type : null,
      service_version: typeof version === "string" ? version : null,
    },
  };
}
