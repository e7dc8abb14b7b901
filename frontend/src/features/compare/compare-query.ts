/** Traces to choose from: the newest of all, and what one of them can be compared with. */
import { queryOptions } from "@tanstack/react-query";
import { api, deadline, unwrap } from "@/lib/api/client";
import { sameNameQuery, type TraceSummary } from "@/telemetry/traces/traces-query";
import { propose } from "./propose";

const RECENT_ROWS = 50;
const STALE_MS = 10_000;

export function recentTracesQuery() {
  return queryOptions({
    queryKey: ["otel", "traces", "recent"],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/otel/traces", { params: { query: { limit: RECENT_ROWS } }, signal: deadline(signal) }),
      ),
    select: (list) => list.items,
    staleTime: STALE_MS,
  });
}

/** What a trace can be compared with. */
export function proposalsQuery(chosen: TraceSummary | undefined) {
  return {
    ...sameNameQuery(chosen?.root_name ?? ""),
    enabled: chosen !== undefined,
    select: (list: { items: TraceSummary[] }) => (chosen ? propose(chosen, list.items) : []),
  };
}
