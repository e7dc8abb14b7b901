/** The log records of one trace. */
import { queryOptions } from "@tanstack/react-query";
import { api, deadline, type QueryOf, type ResponseOf, unwrap } from "@/lib/api/client";

export type LogPage = ResponseOf<"/otel/logs", "get">;
export type LogRecord = LogPage["items"][number];

const TRACE_ROWS = 500;

export interface TraceLogs {
  /** Oldest first. */
  records: LogRecord[];
  /** The trace has more than these, its newest. */
  cut: boolean;
}

/** Records of a trace, or of one span of it. `spanCount` makes a trace that still grows be read again. */
export function traceLogsQuery(traceId: string, spanCount: number, spanId?: string) {
  return queryOptions({
    queryKey: ["otel", "logs", "trace", traceId, spanId ?? null, spanCount],
    queryFn: async ({ signal }): Promise<TraceLogs> => {
      const page = await readLogPage(
        { trace_id: traceId, limit: TRACE_ROWS, ...(spanId === undefined ? {} : { span_id: spanId }) },
        signal,
      );
      return { records: page.items.toReversed(), cut: page.next_cursor !== null };
    },
    placeholderData: (before, query) => (query?.queryKey[3] === traceId ? before : undefined),
    staleTime: 10_000,
  });
}

export function readLogPage(query: QueryOf<"/otel/logs">, signal: AbortSignal): Promise<LogPage> {
  return unwrap(api.GET("/otel/logs", { params: { query }, signal: deadline(signal) }));
}
