/** The first spans of a trace, for a look at which services it went through. */
import { queryOptions } from "@tanstack/react-query";
import { api, deadline, unwrap } from "@/lib/api/client";

/** A longer trace repeats what its first spans show. */
const SPANS_MAX = 2_000;

export function traceSampleQuery(traceId: string) {
  return queryOptions({
    queryKey: ["otel", "trace-sample", traceId],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/otel/trace/{trace_id}", {
          params: { path: { trace_id: traceId }, query: { limit: SPANS_MAX } },
          signal: deadline(signal),
        }),
      ),
    select: (page) => page.spans,
    staleTime: Number.POSITIVE_INFINITY,
  });
}
