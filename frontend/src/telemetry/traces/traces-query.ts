/** Traces, newest first, page by page; the first page is live. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, deadline, type QueryOf, type ResponseOf, unwrap } from "@/lib/api/client";
import { isMoving, resolveTimeRange, type TimeRangeSearch } from "@/lib/time-range";
import { LIVE_MS } from "@/state/query-client";
import type { TracesSearch } from "./traces-search";

export type TraceList = ResponseOf<"/otel/traces", "get">;
export type TraceSummary = TraceList["items"][number];

const PAGE_ROWS = 100;
const PALETTE_ROWS = 8;

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

/** The newest trace of all time, asked for often while somebody waits for the first one. */
export function newestTraceQuery(pollMs: number) {
  return queryOptions({
    queryKey: ["otel", "traces", "newest"],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/otel/traces", { params: { query: { limit: 1 } }, signal: deadline(signal) })),
    select: (list) => list.items[0] ?? null,
    refetchInterval: pollMs,
  });
}

/** A few traces that contain the text, of all time, for the command palette. */
export function searchTracesQuery(text: string) {
  return queryOptions({
    queryKey: ["otel", "traces", "palette", text],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/otel/traces", {
          params: { query: { q: text, limit: PALETTE_ROWS } },
          signal: deadline(signal),
        }),
      ),
    select: (list) => list.items,
    staleTime: 10_000,
  });
}

const FEW_ROWS = 50;

/** Other traces of the same root, to compare with. */
export function sameNameQuery(name: string) {
  return queryOptions({
    queryKey: ["otel", "traces", "same-name", name],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/otel/traces", { params: { query: { name, limit: FEW_ROWS } }, signal: deadline(signal) }),
      ),
    select: (list) => list.items,
    staleTime: 10_000,
  });
}

/** The newest traces that fit, for cards on other pages. */
export function fewTracesQuery(
  window: TimeRangeSearch,
  filters: Pick<QueryOf<"/otel/traces">, "service" | "status" | "min_duration_ms">,
) {
  return queryOptions({
    queryKey: ["otel", "traces", "few", window, filters],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/otel/traces", {
          params: { query: { ...resolveTimeRange(window, Date.now()), ...filters, limit: FEW_ROWS } },
          signal: deadline(signal),
        }),
      ),
    select: (list) => list.items,
    placeholderData: (before) => before,
    refetchInterval: () => (isMoving(window, Date.now()) ? FEW_POLL_MS : false),
  });
}

const FEW_POLL_MS = 10_000;

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
