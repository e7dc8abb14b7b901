/** The cache of server data and its rules: what to retry, and what an expired session does. */
import { QueryCache, QueryClient } from "@tanstack/react-query";
import { ApiProblem, isUnauthenticated } from "@/lib/api/problem";

/** How often a visible list looks for news; hidden tabs do not ask. */
export const LIVE_MS = 2_000;

interface PagedQuery {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
}

/** Asks for the next page of a list, if there is one and it is not on its way. */
export function loadNextPage(list: PagedQuery) {
  if (list.hasNextPage && !list.isFetchingNextPage) void list.fetchNextPage();
}

const RETRIES_MAX = 3;

export function createQueryClient(onSignedOut: () => void): QueryClient {
  const onError = (error: unknown) => {
    if (isUnauthenticated(error)) onSignedOut();
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    defaultOptions: {
      queries: {
        retry: (failures, error) => failures < RETRIES_MAX && isWorthRetrying(error),
        retryDelay: (attempt) => Math.min(500 * 2 ** attempt, 5_000),
        refetchOnWindowFocus: true,
      },
    },
  });
}

/** Answers about the request itself do not change by asking again. */
function isWorthRetrying(error: unknown): boolean {
  if (!(error instanceof ApiProblem)) return false;
  return error.status === 0 || error.status >= 500;
}
