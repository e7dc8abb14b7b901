/** The accounts of this server, which only administrators may list. */
import { queryOptions } from "@tanstack/react-query";
import { api, deadline, type ResponseOf, unwrap } from "@/lib/api/client";

export type Account = ResponseOf<"/auth/accounts", "get">["items"][number];

/** The server's largest page; an installation with more accounts shows the first ones. */
const PAGE_ROWS = 500;

export function accountsQuery() {
  return queryOptions({
    queryKey: ["auth", "users"],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/auth/accounts", { params: { query: { limit: PAGE_ROWS } }, signal: deadline(signal) }),
      ),
    select: (page) => page.items,
  });
}
