/** Who has the identity of an executable. Asks again, less and less often, until somebody has it. */
import { queryOptions } from "@tanstack/react-query";
import { api, deadline, type ResponseOf, unwrap } from "@/lib/api/client";
import type { Identity } from "./resolve-search";

type Executables = ResponseOf<"/otel/executables", "get">;
export type Owner = Executables["owners"][number];

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** The pause after so many answers without an owner. */
export function pauseAfter(answers: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** Math.max(answers - 1, 0), LONGEST_PAUSE_MS);
}

export function resolveQuery(identity: Identity) {
  return queryOptions({
    queryKey: ["otel", "executables", identity],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/otel/executables", { params: { query: identity }, signal: deadline(signal) })),
    refetchInterval: ({ state }) => {
      const isOpen = state.data === undefined || state.data.resolution === "waiting";
      return isOpen ? pauseAfter(state.dataUpdateCount + state.errorUpdateCount) : false;
    },
  });
}
