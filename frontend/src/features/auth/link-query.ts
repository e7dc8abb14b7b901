/** One-time links: what one is for, and using it. */
import { queryOptions } from "@tanstack/react-query";
import { api, deadline, unwrap } from "@/lib/api/client";

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

export async function redeemLink(token: string, password: string): Promise<void> {
  await unwrap(api.POST("/auth/links/redeem", { body: { token, password }, signal: deadline() }));
}
