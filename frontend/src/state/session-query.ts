/** Who is signed in. How to sign in is the auth feature's; every page may ask who it is drawn for. */
import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, deadline, type ResponseOf, unwrap } from "@/lib/api/client";
import { isUnauthenticated } from "@/lib/api/problem";

export type User = ResponseOf<"/auth/me", "get">;

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

export async function signOut(client: QueryClient): Promise<void> {
  await unwrap(api.POST("/auth/logout", { signal: deadline() }));
  client.clear();
  client.setQueryData(sessionQuery().queryKey, null);
}

/** Nothing that another account saw may stay in the cache. */
export function beginSession(client: QueryClient, user: User): User {
  client.clear();
  client.setQueryData(sessionQuery().queryKey, user);
  return user;
}
