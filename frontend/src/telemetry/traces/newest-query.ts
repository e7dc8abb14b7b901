/** Looks at the first page of a list whose older pages are loaded, and puts what is new into them. */
import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { listTraces, type TracePages, type TracesListed, tracesQuery } from "./list-query";
import { mergeTraces } from "./merge-traces";

/** Says when it last looked. */
export function newestQuery(client: QueryClient, listed: TracesListed, pollMs: number) {
  const { queryKey } = tracesQuery(listed);
  return queryOptions({
    queryKey: ["otel", "newest", queryKey],
    queryFn: async ({ signal }) => {
      const { items } = await listTraces(listed, undefined, signal);
      client.setQueryData<TracePages>(queryKey, (data) =>
        data ? mergeTraces(data, items, listed.search) : data,
      );
      return Date.now();
    },
    staleTime: pollMs,
    refetchInterval: pollMs,
  });
}
