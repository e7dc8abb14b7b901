/** Calls between services: a span whose parent belongs to another service is a call from that one. Pure. */
import type { TraceSpan } from "@/telemetry/trace/trace-query";

export interface ServiceCall {
  caller: string;
  callee: string;
  count: number;
  errorCount: number;
  /** Sum of the called spans' durations in nanoseconds. */
  totalNanos: number;
}

type CallingSpan = Pick<TraceSpan, "span_id" | "parent_span_id" | "service" | "status" | "duration_ns">;

/** Over some traces, the most frequent first. */
export function callsBetween(traces: readonly (readonly CallingSpan[])[]): ServiceCall[] {
  const calls = new Map<string, ServiceCall>();
  for (const spans of traces) {
    const serviceOf = new Map(spans.map((span) => [span.span_id, span.service]));
    for (const span of spans) {
      const caller = span.parent_span_id === null ? undefined : serviceOf.get(span.parent_span_id);
      if (caller === undefined || caller === span.service) continue;
      const key = JSON.stringify([caller, span.service]);
      const call = calls.get(key) ?? { caller, callee: span.service, count: 0, errorCount: 0, totalNanos: 0 };
      call.count += 1;
      call.errorCount += span.status === "error" ? 1 : 0;
      call.totalNanos += Number(span.duration_ns);
      calls.set(key, call);
    }
  }
  return [...calls.values()].sort((a, b) => b.count - a.count);
}
