/** Numbers over time and by group. */
import { queryOptions } from "@tanstack/react-query";
import { api, deadline, type QueryOf, type ResponseOf, unwrap } from "@/lib/api/client";
import { isMoving, resolveTimeRange, type TimeRangeSearch } from "@/lib/time-range";

export type Stats = ResponseOf<"/otel/stats", "get">;
export type StatsItem = Stats["items"][number];
type StatsParams = Omit<QueryOf<"/otel/stats">, "from" | "to">;

/** Charts need not follow as closely as lists do. */
const POLL_MS = 10_000;

/** `earliest` bounds "all time", for which the server wants a start. */
export function statsQuery(window: TimeRangeSearch, params: StatsParams, earliest?: string) {
  return queryOptions({
    queryKey: ["otel", "stats", window, params, earliest],
    queryFn: ({ signal }) => readStats(window, params, earliest, signal),
    placeholderData: (before) => before,
    refetchInterval: () => (isMoving(window, Date.now()) ? POLL_MS : false),
  });
}

export function readStats(
  window: TimeRangeSearch,
  params: StatsParams,
  earliest: string | undefined,
  signal: AbortSignal,
): Promise<Stats> {
  const range = resolveTimeRange(window, Date.now());
  const from = range.from ?? earliest;
  const query = { ...params, ...range, ...(from === undefined ? {} : { from }) };
  return unwrap(api.GET("/otel/stats", { params: { query }, signal: deadline(signal) }));
}

const VALUES_MAX = 50;

/** The most frequent values of a field in the last week, for suggestions. */
export function fieldValuesQuery(field: string) {
  return queryOptions({
    queryKey: ["otel", "stats", "values", field],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/otel/stats", {
          params: {
            query: {
              ...resolveTimeRange({ range: "7d" }, Date.now()),
              interval: "none",
              group_by: field,
              groups: VALUES_MAX,
            },
          },
          signal: deadline(signal),
        }),
      ),
    select: (stats) => stats.totals.flatMap((item) => item.group[field] ?? []),
    staleTime: 60_000,
  });
}
