/** The newest runs of one workflow laid over each other. */
import { queryOptions } from "@tanstack/react-query";
import { api, deadline, type ResponseOf, unwrap } from "@/lib/api/client";
import { resolveTimeRange, type TimeRangeSearch } from "@/lib/time-range";

export type WorkflowRuns = ResponseOf<"/otel/workflow-runs", "get">;
export type RunsNode = WorkflowRuns["graph"]["nodes"][number];

const STALE_MS = 15_000;

export function workflowRunsQuery(structuralId: string, window: TimeRangeSearch) {
  return queryOptions({
    queryKey: ["otel", "workflow-runs", structuralId, window],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/otel/workflow-runs", {
          params: { query: { structural_id: structuralId, ...resolveTimeRange(window, Date.now()) } },
          signal: deadline(signal),
        }),
      ),
    staleTime: STALE_MS,
    placeholderData: (before) => before,
  });
}
