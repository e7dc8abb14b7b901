/** Composes cache and router; an expired session leads to sign-in and back. */
import type { RouterHistory } from "@tanstack/react-router";
import { createQueryClient } from "@/state/query-client";
import { sessionQuery } from "@/state/session-query";
import { createAppRouter } from "./router";

export function createApp(history?: RouterHistory) {
  const queryClient = createQueryClient(() => {
    // The guard of the signed-in pages reads the session and redirects.
    if (queryClient.getQueryData(sessionQuery().queryKey) === null) return;
    queryClient.setQueryData(sessionQuery().queryKey, null);
    void router.invalidate();
  });
  const router = createAppRouter(queryClient, history);
  return { router, queryClient };
}
