/** Realistic traces made from captured ones: the same spans, moved in time and stretched, under new trace ids. */

import type { SpanDetail } from "@/telemetry/trace/span-query";
import type { TraceSpan } from "@/telemetry/trace/trace-query";
import type { TraceSummary } from "@/telemetry/traces/traces-query";
import captured from "../data/traces.json" with { type: "json" };

/** What a real server answered for captured telemetry. */
const CAPTURED = captured as unknown as { summary: TraceSummary; spans: SpanDetail[] }[];
type Captured = (typeof CAPTURED)[number];
const MILLION = 1_000_000n;

/** One mock trace: which capture it repeats, when, and how much slower. */
export interface MockTrace {
  traceId: string;
  spans: SpanDetail[];
  summary: TraceSummary;
}

/** `seed` decides id, capture and pace, so that the same seed is always the same trace. */
export function makeTrace(seed: number, startMs: number): MockTrace {
  const source = CAPTURED[hash(seed) % CAPTURED.length] as Captured;
  return retell(source, traceIdOf(seed), startMs, 4 + (hash(seed + 7) % 60));
}

/** A captured trace by the name of one of its spans, for tests that need a certain one. */
export function makeNamedTrace(spanName: string, seed: number, startMs: number, stretch = 20): MockTrace {
  const source = CAPTURED.find(({ spans }) => spans.some((span) => span.name === spanName)) ?? CAPTURED[0];
  return retell(source as Captured, traceIdOf(seed), startMs, stretch);
}

function retell(source: Captured, traceId: string, startMs: number, stretch: number): MockTrace {
  const origin = BigInt(source.summary.start_time_unix_nano);
  const move = (nanos: string) =>
    BigInt(Math.round(startMs)) * MILLION + (BigInt(nanos) - origin) * BigInt(stretch);
  const spans = source.spans.map((span) => {
    const start = move(span.start_time_unix_nano);
    const end = move(span.end_time_unix_nano);
    return {
      ...span,
      trace_id: traceId,
      start_time: new Date(Number(start / MILLION)).toISOString(),
      start_time_unix_nano: String(start),
      end_time_unix_nano: String(end),
      duration_ns: String(end - start),
      events: span.events.map((event) => ({ ...event, time_unix_nano: String(move(event.time_unix_nano)) })),
    };
  });
  const start = move(source.summary.start_time_unix_nano);
  const summary = {
    ...source.summary,
    trace_id: traceId,
    start_time: new Date(Number(start / MILLION)).toISOString(),
    start_time_unix_nano: String(start),
    duration_ns: String(BigInt(source.summary.duration_ns) * BigInt(stretch)),
    first_input: saidFirst(spans),
    last_output: saidLast(spans),
    columns: null,
  };
  return { traceId, spans, summary };
}

const SAID_MAX = 200;

function saidFirst(spans: readonly SpanDetail[]): string | null {
  const messages = spans.flatMap((span) => span.derived.input_messages);
  return textOf(messages.find((message) => message.role === "user"));
}

function saidLast(spans: readonly SpanDetail[]): string | null {
  return textOf(spans.flatMap((span) => span.derived.output_messages).at(-1));
}

function textOf(message: SpanDetail["derived"]["input_messages"][number] | undefined): string | null {
  const part = message?.parts.find((candidate) => candidate.type === "text");
  return part?.type === "text" ? part.content.replaceAll(/\s+/g, " ").slice(0, SAID_MAX) : null;
}

export function toRow(span: SpanDetail): TraceSpan {
  return {
    span_id: span.span_id,
    parent_span_id: span.parent_span_id,
    name: span.name,
    kind: span.kind,
    service: span.service,
    start_time_unix_nano: span.start_time_unix_nano,
    duration_ns: span.duration_ns,
    status: span.status,
    role: span.derived.role,
    model: span.derived.model,
    input_tokens: span.derived.input_tokens,
    output_tokens: span.derived.output_tokens,
    cost_usd: span.derived.cost_usd,
    counts_usage: span.derived.role === "llm",
    event_count: span.events.length,
    error_count: span.derived.exceptions.length,
    state_event_count: span.events.filter((event) => event.name === "set_state").length,
  };
}

/** A trace of any size in the shape of an agent's loop, for tests of large traces. */
export function makeLargeTrace(spanCount: number, startMs: number): TraceSpan[] {
  const spans: TraceSpan[] = [];
  const ROLES = ["workflow", "node", "agent", "llm", "tool", null] as const;
  for (let index = 0; index < spanCount; index++) {
    const parent = index === 0 ? null : Math.floor((index - 1) / 4);
    const role = ROLES[Math.min(index, 1 + (index % 5))] ?? null;
    spans.push({
      span_id: index.toString(16).padStart(16, "0"),
      parent_span_id: parent === null ? null : parent.toString(16).padStart(16, "0"),
      name: index === 0 ? "Crawl everything" : `${role ?? "fetch"} ${index}`,
      kind: "internal",
      service: index % 97 === 0 ? "crawler-io" : "crawler",
      start_time_unix_nano: String(BigInt(startMs) * MILLION + BigInt(index) * 500_000n),
      duration_ns: String(
        index === 0 ? BigInt(spanCount) * 600_000n : 1_000_000n + BigInt(hash(index) % 40_000_000),
      ),
      status: index % 911 === 7 ? "error" : "unset",
      role,
      model: role === "llm" ? "gpt-4.1-mini" : null,
      input_tokens: role === "llm" ? hash(index) % 4_000 : null,
      output_tokens: role === "llm" ? hash(index + 1) % 400 : null,
      cost_usd: role === "llm" ? 0.0004 : null,
      counts_usage: role === "llm",
      event_count: 0,
      error_count: 0,
      state_event_count: role === "node" ? index % 3 : 0,
    });
  }
  return spans;
}

function traceIdOf(seed: number): string {
  return [1, 2, 3, 4]
    .map((part) =>
      hash(seed * 31 + part)
        .toString(16)
        .padStart(8, "0"),
    )
    .join("");
}

/** A small integer hash: spreads seeds evenly over 32 bits. */
export function hash(value: number): number {
  let mixed = Math.imul(value ^ 0x9e3779b9, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
