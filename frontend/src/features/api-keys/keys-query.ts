/** API keys: list, create and rotate (the secret comes back once), change, delete. */
import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, deadline, type ResponseOf, unwrap } from "@/lib/api/client";
import { confirmed } from "@/state/reauthentication";

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
  const created = await confirmed(() =>
    unwrap(
      api.POST("/api-keys", {
        body: { name: key.name, scope: key.scope, expires_at: key.expiresAt },
        signal: deadline(),
      }),
    ),
  );
  await client.invalidateQueries({ queryKey: keysQuery().queryKey });
  return created;
}

/** A new secret for the same key; the one before goes on working for a while. */
export async function rotateKey(
  client: QueryClient,
  id: string,
  keepPreviousSeconds: number,
): Promise<CreatedApiKey> {
  const rotated = await confirmed(() =>
    unwrap(
      api.POST("/api-keys/{id}/rotate", {
        params: { path: { id } },
        body: { keep_previous_seconds: keepPreviousSeconds },
        signal: deadline(),
      }),
    ),
  );
  await client.invalidateQueries({ queryKey: keysQuery().queryKey });
  return rotated;
}

export async function changeKey(
  client: QueryClient,
  id: string,
  change: { name: string; expiresAt: string | null },
): Promise<void> {
  await confirmed(() =>
    unwrap(
      api.PATCH("/api-keys/{id}", {
        params: { path: { id } },
        body: { name: change.name, expires_at: change.expiresAt },
        signal: deadline(),
      }),
    ),
  );
  await client.invalidateQueries({ queryKey: keysQuery().queryKey });
}

export async function deleteKey(client: QueryClient, id: string): Promise<void> {
  await confirmed(() =>
    unwrap(api.DELETE("/api-keys/{id}", { params: { path: { id } }, signal: deadline() })),
  );
  await client.invalidateQueries({ queryKey: keysQuery().queryKey });
}
