/** Traces, newest first, page by page; the first page is live. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, deadline, type QueryOf, type ResponseOf, unwrap } from "@/lib/api/client";
import { LIVE_MS } from "@/lib/query-client";
import { isMoving, resolveTimeRange } from "@/lib/time-range";
import type { TracesSearch } from "./traces-search";

export type TraceList = ResponseOf<"/otel/traces", "get">;
export type TraceSummary = TraceList["items"][number];

const PAGE_ROWS = 100;
const PALETTE_ROWS = 8;

export function tracesQuery(search: TracesSearch) {
  return infiniteQueryOptions({
    queryKey: ["otel", "traces", search],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => listTraces(search, pageParam, signal),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    // Older pages are a walk along a cursor; refetching them all would cost more than it tells.
    refetchInterval: (query) => {
      const pages = query.state.data?.pages.length ?? 0;
      return pages <= 1 && isMoving(search, Date.now()) ? LIVE_MS : false;
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

function listTraces(
  search: TracesSearch,
  cursor: string | undefined,
  signal: AbortSignal,
): Promise<TraceList> {
  const { range: _range, from: _from, to: _to, ...filters } = search;
  const given: QueryOf<"/otel/traces"> = { ...resolveTimeRange(search, Date.now()), limit: PAGE_ROWS };
  Object.assign(given, definedOnly(filters), cursor === undefined ? {} : { cursor });
  return unwrap(api.GET("/otel/traces", { params: { query: given }, signal: deadline(signal) }));
}

function definedOnly(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
