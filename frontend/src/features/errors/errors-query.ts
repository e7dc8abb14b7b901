/** Failures by kind, and what somebody decided about a kind. */
import { infiniteQueryOptions, type QueryClient } from "@tanstack/react-query";
import { api, deadline, type ResponseOf, unwrap } from "@/lib/api/client";
import { isMoving, resolveTimeRange } from "@/lib/time-range";
import type { ErrorsSearch } from "./errors-search";

export type ErrorGroup = ResponseOf<"/otel/errors", "get">["items"][number];
export type GroupState = ErrorGroup["state"];

const PAGE_ROWS = 50;
const POLL_MS = 10_000;

export function errorsQuery(search: ErrorsSearch) {
  return infiniteQueryOptions({
    queryKey: ["otel", "errors", search],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => {
      const { service, state = "open" } = search;
      const query = {
        ...resolveTimeRange(search, Date.now()),
        ...(service === undefined ? {} : { service }),
        ...(state === "all" ? {} : { state }),
        limit: PAGE_ROWS,
        ...(pageParam === undefined ? {} : { cursor: pageParam }),
      };
      return unwrap(api.GET("/otel/errors", { params: { query }, signal: deadline(signal) }));
    },
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: (query) =>
      (query.state.data?.pages.length ?? 0) <= 1 && isMoving(search, Date.now()) ? POLL_MS : false,
  });
}

export async function changeState(
  client: QueryClient,
  fingerprint: string,
  state: GroupState,
): Promise<void> {
  await unwrap(
    api.PATCH("/otel/errors/{fingerprint}", {
      params: { path: { fingerprint } },
      body: { state },
      signal: deadline(),
    }),
  );
  await client.invalidateQueries({ queryKey: ["otel", "errors"] });
}
