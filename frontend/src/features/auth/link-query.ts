/** One-time links: what one is for, and using it. */
import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, deadline, unwrap } from "@/lib/api/client";
import { beginSession, type User } from "@/state/session-query";

export function inspectLinkQuery(token: string) {
  return queryOptions({
    queryKey: ["auth", "link", token],
    queryFn: ({ signal }) =>
      unwrap(api.POST("/auth/links/inspect", { body: { token }, signal: deadline(signal) })),
    enabled: token !== "",
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
}

/** Sets the password, which also signs in. */
export async function redeemLink(client: QueryClient, token: string, password: string): Promise<User> {
  const user = await unwrap(
    api.POST("/auth/links/redeem", { body: { token, password }, signal: deadline() }),
  );
  return beginSession(client, user);
}
