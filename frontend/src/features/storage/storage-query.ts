/** How long telemetry is kept, and what was deleted before that. */
import { infiniteQueryOptions, type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, deadline, type ResponseOf, unwrap } from "@/lib/api/client";
import { LIVE_MS } from "@/state/query-client";
import { confirmed } from "@/state/reauthentication";
import type { DeletionTarget } from "./deletion-target";

export type Retention = ResponseOf<"/otel/retention", "get">;
export type ServiceAge = Retention["services"][number];
export type DeletionList = ResponseOf<"/otel/deletions", "get">;
export type Deletion = DeletionList["items"][number];

const PAGE_ROWS = 50;

export function retentionQuery() {
  return queryOptions({
    queryKey: ["otel", "retention"],
    queryFn: ({ signal }) => unwrap(api.GET("/otel/retention", { signal: deadline(signal) })),
  });
}

/** Newest first; watched while one of them is not done. */
export function deletionsQuery() {
  return infiniteQueryOptions({
    queryKey: ["otel", "deletions"],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/otel/deletions", {
          params: {
            query: { limit: PAGE_ROWS, ...(pageParam === undefined ? {} : { cursor: pageParam }) },
          },
          signal: deadline(signal),
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: (query) => watchInterval(query.state.data?.pages),
  });
}

/** How long to wait before asking again; nobody asks when everything is done. Pure. */
export function watchInterval(pages: DeletionList[] | undefined): number | false {
  return pages?.some((page) => page.items.some(({ state }) => state === "pending")) ? LIVE_MS : false;
}

/** Sets the age of one service, or gives it the age of the rest (null). The others stay as they are now. */
export async function setServiceAge(
  client: QueryClient,
  service: string,
  days: number | null,
): Promise<Retention> {
  const retention = await confirmed(async () => {
    const now = await unwrap(api.GET("/otel/retention", { signal: deadline() }));
    const body = { services: withAge(now.services, service, days) };
    return unwrap(api.PUT("/otel/retention", { body, signal: deadline() }));
  });
  client.setQueryData(retentionQuery().queryKey, retention);
  return retention;
}

/** Pure. */
export function withAge(ages: ServiceAge[], service: string, days: number | null): ServiceAge[] {
  const others = ages.filter((age) => age.service !== service);
  return days === null ? others : [...others, { service, days }];
}

/** When this is through, no query shows the telemetry any more. */
export function deleteTelemetry(target: DeletionTarget): Promise<Deletion> {
  return confirmed(() => unwrap(api.POST("/otel/deletions", { body: target, signal: deadline() })));
}

/** What was deleted may not linger: what is not on the screen goes, what is there is asked for again. */
export async function forgetTelemetry(client: QueryClient): Promise<void> {
  client.removeQueries({ queryKey: ["otel"], type: "inactive" });
  await client.invalidateQueries({ queryKey: ["otel"] });
}
