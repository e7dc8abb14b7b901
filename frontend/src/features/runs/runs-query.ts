/** Runs, newest first, page by page; the first page is live. */
import { infiniteQueryOptions } from "@tanstack/react-query";
import { api, deadline, type QueryOf, type ResponseOf, unwrap } from "@/lib/api/client";
import { isMoving, resolveTimeRange } from "@/lib/time-range";
import { LIVE_MS } from "@/state/query-client";
import { FILTERS, type RunsSearch } from "./runs-search";

type RunList = ResponseOf<"/otel/runs", "get">;
export type Run = RunList["items"][number];

const PAGE_ROWS = 100;

export function runsQuery(search: RunsSearch) {
  return infiniteQueryOptions({
    queryKey: ["otel", "runs", { ...search, view: undefined }],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => listRuns(search, pageParam, signal),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: (query) => {
      const pages = query.state.data?.pages.length ?? 0;
      return pages <= 1 && isMoving(search, Date.now()) ? LIVE_MS : false;
    },
    refetchOnWindowFocus: (query) => (query.state.data?.pages.length ?? 0) <= 1,
  });
}

function listRuns(search: RunsSearch, cursor: string | undefined, signal: AbortSignal): Promise<RunList> {
  const query: QueryOf<"/otel/runs"> = {
    ...resolveTimeRange(search, Date.now()),
    limit: PAGE_ROWS,
    ...Object.fromEntries(FILTERS.flatMap((key) => (search[key] === undefined ? [] : [[key, search[key]]]))),
    ...(search.order === undefined ? {} : { order: search.order }),
    ...(search.direction === undefined ? {} : { direction: search.direction }),
    ...(cursor === undefined ? {} : { cursor }),
  };
  return unwrap(api.GET("/otel/runs", { params: { query }, signal: deadline(signal) }));
}
