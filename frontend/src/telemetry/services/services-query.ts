/** Services that sent spans in a time window. */
import { queryOptions } from "@tanstack/react-query";
import { api, deadline, type ResponseOf, unwrap } from "@/lib/api/client";
import { isMoving, resolveTimeRange, type TimeRangeSearch } from "@/lib/time-range";
import { LIVE_MS } from "@/state/query-client";

export type Service = ResponseOf<"/otel/services", "get">["items"][number];

export function servicesQuery(window: TimeRangeSearch) {
  return queryOptions({
    queryKey: ["otel", "services", window],
    queryFn: ({ signal }) => listServices(window, signal),
    select: (list) => list.items,
    refetchInterval: () => (isMoving(window, Date.now()) ? LIVE_MS : false),
  });
}

/** For pickers, which need no fresh counts. */
const NAMES_POLL_MS = 15_000;

const ALL_TIME: TimeRangeSearch = { range: "all" };

/** Names of all services that were ever seen. */
export function serviceNamesQuery() {
  return queryOptions({
    queryKey: ["otel", "services", ALL_TIME],
    queryFn: ({ signal }) => listServices(ALL_TIME, signal),
    select: (list) => list.items.map((service) => service.name),
    refetchInterval: NAMES_POLL_MS,
  });
}

function listServices(window: TimeRangeSearch, signal: AbortSignal) {
  const query = resolveTimeRange(window, Date.now());
  return unwrap(api.GET("/otel/services", { params: { query }, signal: deadline(signal) }));
}
