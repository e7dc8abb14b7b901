/** Failures by kind, and what somebody decided about a kind. */
import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, deadline, type ResponseOf, unwrap } from "@/lib/api/client";
import { isMoving, resolveTimeRange } from "@/lib/time-range";
import type { ErrorsSearch } from "./errors-search";

type ErrorList = ResponseOf<"/otel/errors", "get">;
export type ErrorGroup = ErrorList["items"][number];
/** What somebody can decide; that a kind came back is for the server to see. */
export type Decision = "open" | "muted" | "resolved";

/** As many as the server lists. */
const KINDS_MAX = 200;
const POLL_MS = 10_000;

/** Of all states: which are shown is for the page. `earliest` bounds "all time", for which the server wants a start. */
export function errorsQuery({ range, from, to, service, q }: ErrorsSearch, earliest: string | undefined) {
  const window = { range, from, to };
  return queryOptions({
    queryKey: ["otel", "errors", window, service, q, earliest],
    queryFn: ({ signal }) => {
      const bounds = resolveTimeRange(window, Date.now());
      const start = bounds.from ?? earliest;
      const query = {
        ...bounds,
        ...(start === undefined ? {} : { from: start }),
        ...(service === undefined ? {} : { service }),
        ...(q === undefined ? {} : { q }),
        limit: KINDS_MAX,
      };
      return unwrap(api.GET("/otel/errors", { params: { query }, signal: deadline(signal) }));
    },
    placeholderData: (before) => before,
    refetchInterval: () => (isMoving(window, Date.now()) ? POLL_MS : false),
  });
}

/** Kinds that a choice of the page shows: what came back is open again. Pure. */
export function shownGroups(items: readonly ErrorGroup[], state: "open" | "resolved" | "muted" | "all") {
  if (state === "all") return [...items];
  return items.filter((item) => (item.state === "regressed" ? "open" : item.state) === state);
}

export async function decide(client: QueryClient, fingerprint: string, state: Decision): Promise<void> {
  await unwrap(
    api.PATCH("/otel/errors/{fingerprint}", {
      params: { path: { fingerprint } },
      body: { state },
      signal: deadline(),
    }),
  );
  await client.invalidateQueries({ queryKey: ["otel", "errors"] });
}
