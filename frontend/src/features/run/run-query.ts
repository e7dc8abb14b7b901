/** One run of a workflow or agent, and the state of its stores around each change. */
import { queryOptions } from "@tanstack/react-query";
import { api, deadline, type ResponseOf, unwrap } from "@/lib/api/client";

export type RunDetail = ResponseOf<"/otel/runs/{trace_id}/{span_id}", "get">;
export type StateAt = ResponseOf<"/otel/runs/{trace_id}/{span_id}/state", "get">;

/** A run gets its last spans within seconds; afterwards it does not change. */
const STALE_MS = 10_000;

export function runQuery(traceId: string, spanId: string) {
  return queryOptions({
    queryKey: ["otel", "run", traceId, spanId],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/otel/runs/{trace_id}/{span_id}", {
          params: { path: { trace_id: traceId, span_id: spanId } },
          signal: deadline(signal),
        }),
      ),
    staleTime: STALE_MS,
  });
}

interface StateQuery {
  traceId: string;
  spanId: string;
  storeId: string;
  /** The change, from 1; 0 is the state that the run started with. */
  at: number;
}

export function stateAtQuery({ traceId, spanId, storeId, at }: StateQuery) {
  return queryOptions({
    queryKey: ["otel", "run", traceId, spanId, "state", storeId, at],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/otel/runs/{trace_id}/{span_id}/state", {
          params: { path: { trace_id: traceId, span_id: spanId }, query: { store: storeId, at } },
          signal: deadline(signal),
        }),
      ),
    staleTime: STALE_MS,
  });
}
