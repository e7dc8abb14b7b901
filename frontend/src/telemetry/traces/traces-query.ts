/** A few traces for other pages than the list: the newest one, those with a text, those that fit. */
import { queryOptions } from "@tanstack/react-query";
import { api, deadline, type QueryOf, type ResponseOf, unwrap } from "@/lib/api/client";
import { isMoving, resolveTimeRange, type TimeRangeSearch } from "@/lib/time-range";

export type TraceList = ResponseOf<"/otel/traces", "get">;
export type TraceSummary = TraceList["items"][number];

const PALETTE_ROWS = 8;

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
