/** A person's own account: sessions and password. */
import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, deadline, type ResponseOf, unwrap } from "@/lib/api/client";
import { confirmed } from "@/state/reauthentication";

export type BrowserSession = ResponseOf<"/auth/sessions", "get">["items"][number];

export function ownSessionsQuery() {
  return queryOptions({
    queryKey: ["auth", "sessions"],
    queryFn: ({ signal }) => unwrap(api.GET("/auth/sessions", { signal: deadline(signal) })),
    select: (page) => page.items,
  });
}

export async function endSession(client: QueryClient, id: string): Promise<void> {
  await confirmed(() =>
    unwrap(api.DELETE("/auth/sessions/{id}", { params: { path: { id } }, signal: deadline() })),
  );
  await client.invalidateQueries({ queryKey: ownSessionsQuery().queryKey });
}

export async function endOtherSessions(client: QueryClient): Promise<number> {
  const { ended } = await confirmed(() =>
    unwrap(api.DELETE("/auth/sessions", { params: { query: { keep_current: true } }, signal: deadline() })),
  );
  await client.invalidateQueries({ queryKey: ownSessionsQuery().queryKey });
  return ended;
}

export async function changePassword(
  client: QueryClient,
  passwords: { current: string; next: string },
): Promise<void> {
  await unwrap(
    api.POST("/auth/password", {
      body: { current_password: passwords.current, new_password: passwords.next },
      signal: deadline(),
    }),
  );
  await client.invalidateQueries({ queryKey: ownSessionsQuery().queryKey });
}

export async function reauthenticate(password: string): Promise<void> {
  await unwrap(api.POST("/auth/reauthenticate", { body: { password }, signal: deadline() }));
}
