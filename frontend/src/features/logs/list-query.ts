/** The list of log records, newest first, page by page. */
import { infiniteQueryOptions } from "@tanstack/react-query";
import type { QueryOf } from "@/lib/api/client";
import { isMoving, resolveTimeRange } from "@/lib/time-range";
import { readLogPage } from "@/telemetry/logs/logs-query";
import type { LogsSearch } from "./logs-search";

const PAGE_ROWS = 100;
const POLL_MS = 5_000;

export function logsQuery(search: LogsSearch) {
  const { record: _record, paused: _paused, view: _view, ...listed } = search;
  return infiniteQueryOptions({
    // Opening a record changes what is shown beside the list, not what is listed.
    queryKey: ["otel", "logs", listed],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => readLogPage(paramsOf(search, pageParam), signal),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    // Older pages are a walk along a cursor, which must not be disturbed.
    refetchInterval: (query) =>
      (query.state.data?.pages.length ?? 0) <= 1 && !search.paused && isMoving(search, Date.now())
        ? POLL_MS
        : false,
    refetchOnWindowFocus: !search.paused,
  });
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
