/** API keys: list, create (the secret comes back once), delete. */
import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, deadline, type ResponseOf, unwrap } from "@/lib/api/client";

type ApiKeyList = ResponseOf<"/api-keys", "get">;
export type ApiKey = ApiKeyList["items"][number];
export type CreatedApiKey = ResponseOf<"/api-keys", "post", 201>;
export type KeyScope = ApiKey["scope"];

export interface NewKey {
  name: string;
  scope: KeyScope;
  /** RFC 3339, or null for a key that does not expire. */
  expiresAt: string | null;
}

/** Last-used times move on while a key is in use. */
const POLL_MS = 5_000;

export function keysQuery() {
  return queryOptions({
    queryKey: ["api-keys"],
    queryFn: ({ signal }) => unwrap(api.GET("/api-keys", { signal: deadline(signal) })),
    select: (list) => list.items,
    refetchInterval: POLL_MS,
  });
}

export async function createKey(client: QueryClient, key: NewKey): Promise<CreatedApiKey> {
  const created = await unwrap(
    api.POST("/api-keys", {
      body: { name: key.name, scope: key.scope, expires_at: key.expiresAt },
      signal: deadline(),
    }),
  );
  await client.invalidateQueries({ queryKey: keysQuery().queryKey });
  return created;
}

export async function deleteKey(client: QueryClient, id: string): Promise<void> {
  await unwrap(api.DELETE("/api-keys/{id}", { params: { path: { id } }, signal: deadline() }));
  await client.invalidateQueries({ queryKey: keysQuery().queryKey });
}
