/** The list of traces, newest first, page by page; the first page is live. */
import { infiniteQueryOptions } from "@tanstack/react-query";
import { api, deadline, type QueryOf, unwrap } from "@/lib/api/client";
import { isMoving, resolveTimeRange } from "@/lib/time-range";
import { LIVE_MS } from "@/state/query-client";
import type { TraceList } from "@/telemetry/traces/traces-query";
import type { TracesSearch } from "@/telemetry/traces/traces-search";

const PAGE_ROWS = 100;

/** `pollMs` is longer while the live tail brings what is new. */
export function tracesQuery(search: TracesSearch, pollMs = LIVE_MS) {
  return infiniteQueryOptions({
    // Pausing changes what is fetched when, not what is listed.
    queryKey: ["otel", "traces", { ...search, paused: undefined }],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => listTraces(search, pageParam, signal),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    // Older pages are a walk along a cursor; refetching them all would cost more than it tells.
    refetchInterval: (query) => {
      const pages = query.state.data?.pages.length ?? 0;
      return pages <= 1 && !search.paused && isMoving(search, Date.now()) ? pollMs : false;
    },
    refetchOnWindowFocus: (query) => (query.state.data?.pages.length ?? 0) <= 1,
  });
}

function listTraces(
  search: TracesSearch,
  cursor: string | undefined,
  signal: AbortSignal,
): Promise<TraceList> {
  const given: QueryOf<"/otel/traces"> = {
    ...resolveTimeRange(search, Date.now()),
    ...filterParams(search),
    limit: PAGE_ROWS,
    ...(cursor === undefined ? {} : { cursor }),
  };
  return unwrap(api.GET("/otel/traces", { params: { query: given }, signal: deadline(signal) }));
}

type TraceFilters = Pick<
  NonNullable<QueryOf<"/otel/traces">>,
  "service" | "q" | "status" | "role" | "model" | "session_id" | "user_id" | "filter"
>;

/** The filters of the list as parameters of the list, the statistics and the live tail alike. */
export function filterParams(search: TracesSearch): TraceFilters {
  const { range: _range, from: _from, to: _to, paused: _paused, ...filters } = search;
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined));
}

/** Where the server streams the list's traces, or their spans, as a file. */
export function exportPath(search: TracesSearch, of: "traces" | "spans", format: string): string {
  const params = { of, format, ...resolveTimeRange(search, Date.now()), ...filterParams(search) };
  return `/otel/export?${new URLSearchParams(params as Record<string, string>)}`;
}
