/** Who is signed in, and whether the first user has still to be created. */
import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, deadline, type ResponseOf, unwrap } from "@/lib/api/client";
import { isUnauthenticated } from "@/lib/api/problem";

export type User = ResponseOf<"/auth/me", "get">;

export interface Credentials {
  email: string;
  password: string;
}

/** The signed-in user, or null. */
export function sessionQuery() {
  return queryOptions({
    queryKey: ["auth", "me"],
    queryFn: async ({ signal }): Promise<User | null> => {
      try {
        return await unwrap(api.GET("/auth/me", { signal: deadline(signal) }));
      } catch (error) {
        if (isUnauthenticated(error)) return null;
        throw error;
      }
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function setupQuery() {
  return queryOptions({
    queryKey: ["auth", "setup"],
    queryFn: ({ signal }) => unwrap(api.GET("/auth/setup", { signal: deadline(signal) })),
    select: (status) => status.needs_setup,
    staleTime: 0,
  });
}

export async function signIn(client: QueryClient, credentials: Credentials): Promise<User> {
  const user = await unwrap(api.POST("/auth/login", { body: credentials, signal: deadline() }));
  return begin(client, user);
}

/** Creates the first user, which also signs in. */
export async function registerFirstUser(client: QueryClient, credentials: Credentials): Promise<User> {
  const user = await unwrap(api.POST("/auth/register", { body: credentials, signal: deadline() }));
  return begin(client, user);
}

export async function signOut(client: QueryClient): Promise<void> {
  await unwrap(api.POST("/auth/logout", { signal: deadline() }));
  client.clear();
  client.setQueryData(sessionQuery().queryKey, null);
}

/** Nothing that another account saw may stay in the cache. */
export function begin(client: QueryClient, user: User): User {
  client.clear();
  client.setQueryData(sessionQuery().queryKey, user);
  return user;
}
