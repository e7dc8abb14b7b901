/** Signing in, and whether the first user has still to be created. */
import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, deadline, unwrap } from "@/lib/api/client";
import { beginSession, type User } from "@/state/session-query";

export interface Credentials {
  email: string;
  password: string;
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
  return beginSession(client, user);
}

/** Creates the first user, which also signs in. */
export async function registerFirstUser(client: QueryClient, credentials: Credentials): Promise<User> {
  const user = await unwrap(api.POST("/auth/register", { body: credentials, signal: deadline() }));
  return beginSession(client, user);
}
