/** Accounts and invitations, as administrators manage them. */
import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, deadline, type ResponseOf, unwrap } from "@/lib/api/client";
import { type Account, accountsQuery } from "@/state/accounts-query";
import { confirmed } from "@/state/reauthentication";

export type Invitation = ResponseOf<"/auth/invitations", "get">["items"][number];
export type CreatedInvitation = ResponseOf<"/auth/invitations", "post", 201>;
export type Role = Account["role"];

export const ROLES: readonly { id: Role; label: string; note: string }[] = [
  { id: "admin", label: "Admin", note: "manages accounts, keys and data" },
  { id: "member", label: "Member", note: "reads everything, has API keys" },
  { id: "viewer", label: "Viewer", note: "reads telemetry" },
];

export function invitationsQuery() {
  return queryOptions({
    queryKey: ["auth", "invitations"],
    queryFn: ({ signal }) => unwrap(api.GET("/auth/invitations", { signal: deadline(signal) })),
    select: (page) => page.items,
  });
}

export async function changeRole(client: QueryClient, id: string, role: Role): Promise<void> {
  await confirmed(() =>
    unwrap(
      api.PATCH("/auth/accounts/{id}", { params: { path: { id } }, body: { role }, signal: deadline() }),
    ),
  );
  await client.invalidateQueries({ queryKey: accountsQuery().queryKey });
}

export async function deleteAccount(client: QueryClient, id: string): Promise<void> {
  await confirmed(() =>
    unwrap(api.DELETE("/auth/accounts/{id}", { params: { path: { id } }, signal: deadline() })),
  );
  await client.invalidateQueries({ queryKey: accountsQuery().queryKey });
}

/** A link that sets a new password once. */
export function createResetLink(id: string) {
  return confirmed(() =>
    unwrap(api.POST("/auth/accounts/{id}/reset-link", { params: { path: { id } }, signal: deadline() })),
  );
}

export async function invite(
  client: QueryClient,
  person: { email: string; role: Role },
): Promise<CreatedInvitation> {
  const created = await confirmed(() =>
    unwrap(api.POST("/auth/invitations", { body: person, signal: deadline() })),
  );
  await client.invalidateQueries({ queryKey: invitationsQuery().queryKey });
  return created;
}

export async function takeBack(client: QueryClient, id: string): Promise<void> {
  await confirmed(() =>
    unwrap(api.DELETE("/auth/invitations/{id}", { params: { path: { id } }, signal: deadline() })),
  );
  await client.invalidateQueries({ queryKey: invitationsQuery().queryKey });
}
