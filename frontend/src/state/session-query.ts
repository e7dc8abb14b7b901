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
        const user = await unwrap(api.GET("/auth/me", { signal: deadline(signal) }));
        rememberSession(true);
        return user;
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
  rememberSession(false);
  client.clear();
  client.setQueryData(sessionQuery().queryKey, null);
}

/** Nothing that another account saw may stay in the cache. */
export function beginSession(client: QueryClient, user: User): User {
  client.clear();
  rememberSession(true);
  client.setQueryData(sessionQuery().queryKey, user);
  return user;
}

const STORAGE_KEY = "junjo.signed-in";

/** So that the sign-in page can say that a session has ended, which nobody asked for. */
function rememberSession(begun: boolean): void {
  try {
    if (begun) localStorage.setItem(STORAGE_KEY, "yes");
    else localStorage.removeItem(STORAGE_KEY);
  } catch {
    // Blocked storage: the sign-in page says nothing of an earlier session.
  }
}

/** Somebody signed in with this browser and did not sign out. */
export function hadSession(): boolean {
  try {
    return localStorage.getItem(STORAGE_KEY) !== null;
  } catch {
    return false;
  }
}
