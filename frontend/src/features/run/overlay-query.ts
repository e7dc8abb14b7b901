/** The newest runs of one workflow laid over each other. */
import { queryOptions } from "@tanstack/react-query";
import { api, deadline, type ResponseOf, unwrap } from "@/lib/api/client";
import { resolveTimeRange, type TimeRangeSearch } from "@/lib/time-range";

export type RunOverlay = ResponseOf<"/otel/runs/overlay", "get">;
export type OverlayNode = RunOverlay["graph"]["nodes"][number];

const STALE_MS = 15_000;

export function overlayQuery(structuralId: string, window: TimeRangeSearch) {
  return queryOptions({
    queryKey: ["otel", "overlay", structuralId, window],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/otel/runs/overlay", {
          params: { query: { structural_id: structuralId, ...resolveTimeRange(window, Date.now()) } },
          signal: deadline(signal),
        }),
      ),
    staleTime: STALE_MS,
    placeholderData: (before) => before,
  });
}
