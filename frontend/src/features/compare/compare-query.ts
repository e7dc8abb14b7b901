/** Traces to choose from: the newest of all, and what one of them can be compared with. */
import { queryOptions } from "@tanstack/react-query";
import { api, deadline, unwrap } from "@/lib/api/client";
import type { TraceSummary } from "@/telemetry/traces/traces-query";
import { type Comparisons, comparisonsOf } from "./propose";

const RECENT_ROWS = 50;
/** Runs among which versions are looked for. */
const RUN_ROWS = 100;
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

/** What a trace can be compared with, among the newest of its name. */
export function comparisonsQuery(chosen: TraceSummary | undefined) {
  return queryOptions({
    queryKey: ["otel", "comparisons", chosen?.trace_id],
    queryFn: ({ signal }) => readComparisons(chosen as TraceSummary, signal),
    enabled: chosen !== undefined,
    staleTime: STALE_MS,
  });
}

async function readComparisons(chosen: TraceSummary, signal: AbortSignal): Promise<Comparisons> {
  const name = chosen.root_name;
  const [traces, runs] = await Promise.all([
    unwrap(
      api.GET("/otel/traces", {
        params: { query: { name, limit: RECENT_ROWS } },
        signal: deadline(signal),
      }),
    ),
    unwrap(api.GET("/otel/runs", { params: { query: { name, limit: RUN_ROWS } }, signal: deadline(signal) })),
  ]);
  return comparisonsOf(chosen, traces.items, runs.items);
}
