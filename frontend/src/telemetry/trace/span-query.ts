/** One span with everything OTLP carried. */
import { queryOptions } from "@tanstack/react-query";
import { api, deadline, type ResponseOf, unwrap } from "@/lib/api/client";

export type SpanDetail = ResponseOf<"/otel/spans/{trace_id}/{span_id}", "get">;
export type SpanEvent = SpanDetail["events"][number];
export type Derived = SpanDetail["derived"];
export type Message = Derived["input_messages"][number];
export type MessagePart = Message["parts"][number];

/** A stored span changes only when the same id is sent again. */
const STALE_MS = 30_000;

export function spanQuery(traceId: string, spanId: string) {
  return queryOptions({
    queryKey: ["otel", "span", traceId, spanId],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/otel/spans/{trace_id}/{span_id}", {
          params: { path: { trace_id: traceId, span_id: spanId } },
          signal: deadline(signal),
        }),
      ),
    staleTime: STALE_MS,
  });
}
