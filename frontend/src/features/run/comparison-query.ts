/** Two structural versions of one workflow beside each other. */
import { queryOptions } from "@tanstack/react-query";
import { api, deadline, type ResponseOf, unwrap } from "@/lib/api/client";

export type StructuralComparison = ResponseOf<"/otel/runs/comparison", "get">;

const STALE_MS = 60_000;

export function comparisonQuery(left: string, right: string) {
  return queryOptions({
    queryKey: ["otel", "comparison", left, right],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/otel/runs/comparison", { params: { query: { left, right } }, signal: deadline(signal) }),
      ),
    staleTime: STALE_MS,
    enabled: left !== "" && right !== "",
  });
}

/** The newest runs of a workflow by name, to choose another version from. */
export function versionsQuery(name: string) {
  return queryOptions({
    queryKey: ["otel", "versions", name],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/otel/runs", { params: { query: { name, limit: 100 } }, signal: deadline(signal) })),
    staleTime: STALE_MS,
    select: (page) => [...new Set(page.items.flatMap((run) => run.structural_id ?? []))],
  });
}
