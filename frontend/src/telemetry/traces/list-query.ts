/** The list of traces in its order, page by page. */
import { type InfiniteData, infiniteQueryOptions } from "@tanstack/react-query";
import { api, deadline, type QueryOf, unwrap } from "@/lib/api/client";
import { isInvalidInput } from "@/lib/api/problem";
import { isMoving, resolveTimeRange } from "@/lib/time-range";
import { LIVE_MS } from "@/state/query-client";
import type { TraceList } from "./traces-query";
import { filterParams, type TracesSearch } from "./traces-search";

const PAGE_ROWS = 100;

export type TracePages = InfiniteData<TraceList, string | undefined>;

/** A list, and the attributes that its rows show (see columns.ts). */
export interface TracesListed {
  search: TracesSearch;
  attributes?: readonly string[];
}

/** The key of everything that is listed: what is fetched when, and how it is shown, is no part of it. */
function keyOf({ search, attributes = [] }: TracesListed) {
  const { paused: _paused, cols: _cols, view: _view, ...listed } = search;
  return ["otel", "traces", listed, attributes] as const;
}

/** `pollMs` is longer while the live tail brings what is new. */
export function tracesQuery(listed: TracesListed, pollMs = LIVE_MS) {
  return infiniteQueryOptions({
    queryKey: keyOf(listed),
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => listTraces(listed, pageParam, signal),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    // Older pages are a walk along a cursor; refetching them all would cost more than it tells. `useNewest` looks at the first.
    refetchInterval: (query) => {
      const pages = query.state.data?.pages.length ?? 0;
      const { search } = listed;
      if (isInvalidInput(query.state.error)) return false;
      return pages <= 1 && !search.paused && isMoving(search, Date.now()) ? pollMs : false;
    },
    refetchOnWindowFocus: (query) => (query.state.data?.pages.length ?? 0) <= 1,
  });
}

export function listTraces(
  { search, attributes = [] }: TracesListed,
  cursor: string | undefined,
  signal: AbortSignal,
): Promise<TraceList> {
  const given: QueryOf<"/otel/traces"> = {
    ...resolveTimeRange(search, Date.now()),
    ...filterParams(search),
    ...(search.order === undefined ? {} : { order: search.order }),
    ...(search.direction === undefined ? {} : { direction: search.direction }),
    ...(attributes.length === 0 ? {} : { columns: attributes.join(",") }),
    limit: PAGE_ROWS,
    ...(cursor === undefined ? {} : { cursor }),
  };
  return unwrap(api.GET("/otel/traces", { params: { query: given }, signal: deadline(signal) }));
}

/** Where the server streams the list's traces, or their spans, as a file. */
export function exportPath(search: TracesSearch, of: "traces" | "spans", format: string): string {
  const params = { of, format, ...resolveTimeRange(search, Date.now()), ...filterParams(search) };
  return `/otel/export?${new URLSearchParams(params as Record<string, string>)}`;
}
