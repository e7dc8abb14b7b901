/** Log records: the list, and those of one trace. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { LogsSearch } from "@/features/logs/logs-search";
import { api, deadline, type QueryOf, type ResponseOf, unwrap } from "@/lib/api/client";
import { isMoving, resolveTimeRange } from "@/lib/time-range";

type LogPage = ResponseOf<"/otel/logs", "get">;
export type LogRecord = LogPage["items"][number];

const PAGE_ROWS = 100;
const TRACE_ROWS = 500;
const POLL_MS = 5_000;

export function logsQuery(search: LogsSearch) {
  const { record: _record, ...listed } = search;
  return infiniteQueryOptions({
    // Opening a record changes what is shown beside the list, not what is listed.
    queryKey: ["otel", "logs", listed],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => readPage(paramsOf(search, pageParam), signal),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    // Older pages are a walk along a cursor, which must not be disturbed.
    refetchInterval: (query) =>
      (query.state.data?.pages.length ?? 0) <= 1 && isMoving(search, Date.now()) ? POLL_MS : false,
  });
}

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
      const page = await readPage(
        { trace_id: traceId, limit: TRACE_ROWS, ...(spanId === undefined ? {} : { span_id: spanId }) },
        signal,
      );
      return { records: page.items.toReversed(), cut: page.next_cursor !== null };
    },
    placeholderData: (before, query) => (query?.queryKey[3] === traceId ? before : undefined),
    staleTime: 10_000,
  });
}

function readPage(query: QueryOf<"/otel/logs">, signal: AbortSignal): Promise<LogPage> {
  return unwrap(api.GET("/otel/logs", { params: { query }, signal: deadline(signal) }));
}

function paramsOf(search: LogsSearch, cursor: string | undefined): QueryOf<"/otel/logs"> {
  return {
    ...resolveTimeRange(search, Date.now()),
    limit: PAGE_ROWS,
    ...(search.q === undefined ? {} : { q: search.q }),
    ...(search.service === undefined ? {} : { service: search.service }),
    ...(search.severity === undefined ? {} : { severity: search.severity }),
    ...(search.event === undefined ? {} : { event_name: search.event }),
    ...(search.trace === undefined ? {} : { trace_id: search.trace }),
    ...(cursor === undefined ? {} : { cursor }),
  };
}
