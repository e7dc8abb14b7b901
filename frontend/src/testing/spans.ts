/** Short ways to write spans in tests. */
import type { TraceSpan } from "@/telemetry/trace/trace-query";

/** A trace span with defaults; times in milliseconds after an arbitrary start. */
export function span(
  id: string,
  parent: string | null,
  startMs = 0,
  durationMs = 10,
  more: Partial<TraceSpan> = {},
): TraceSpan {
  return {
    span_id: id,
    parent_span_id: parent,
    name: id,
    kind: "internal",
    service: "shop",
    start_time_unix_nano: String(1_795_225_796_217_633_695n + BigInt(startMs) * 1_000_000n),
    duration_ns: String(BigInt(durationMs) * 1_000_000n),
    status: "unset",
    role: null,
    model: null,
    input_tokens: null,
    output_tokens: null,
    cost_usd: null,
    counts_usage: false,
    event_count: 0,
    error_count: 0,
    state_event_count: 0,
    ...more,
  };
}
