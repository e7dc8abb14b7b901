/** Set-up, sign-in, accounts, invitations, one-time links and the audit log. */
import { http } from "msw";
import type { ResponseOf } from "@/lib/api/client";
import { guarded, nothing, ok, problem } from "../answers.ts";
import { ago, type MockAccounts } from "../state/accounts.ts";
import type { MockStore } from "../store.ts";

type Role = MockAccounts["users"][number]["role"];

const page = <T>(items: T[]) => ({ items, next_cursor: null });

export function authHandlers(store: MockStore) {
  return [...sessionHandlers(store), ...accountHandlers(store)];
}

function sessionHandlers(store: MockStore) {
  return [
    http.get("*/auth/setup", () =>
      ok<ResponseOf<"/auth/setup", "get">>({ needs_setup: store.user === null }),
    ),
    http.get("*/auth/me", () => (store.signedIn ? ok(me(store)) : problem(401, "Not signed in"))),
    http.post("*/auth/register", async ({ request }) => {
      if (store.user) return problem(403, "Only administrators create users");
      store.user = (await request.json()) as { email: string; password: string };
      store.signedIn = true;
      return ok(me(store), 201);
    }),
    http.post("*/auth/login", async ({ request }) => {
      const given = (await request.json()) as { email: string; password: string };
      if (given.email !== store.user?.email || given.password !== store.user.password) {
        return problem(401, "Email or password is not right");
      }
      store.signedIn = true;
      return ok(me(store));
    }),
    http.post("*/auth/logout", () => {
      store.signedIn = false;
      return nothing();
    }),
  ];
}

function me(store: MockStore): ResponseOf<"/auth/me", "get"> {
  return { id: "user-1", email: store.user?.email ?? "", role: "admin" };
}

function accountHandlers(store: MockStore) {
  const { accounts } = store;
  return [
    http.get("*/auth/sessions", () =>
      guarded(store, () => ok<ResponseOf<"/auth/sessions", "get">>(page(accounts.sessions))),
    ),
    http.delete("*/auth/sessions/:id", ({ params }) => {
      accounts.sessions = accounts.sessions.filter(({ id }) => id !== params.id);
      return nothing();
    }),
    http.delete("*/auth/sessions", () => {
      const ended = accounts.sessions.length - 1;
      accounts.sessions = accounts.sessions.filter((own) => own.is_current);
      return ok({ ended });
    }),
    http.post("*/auth/password", async ({ request }) => {
      const body = (await request.json()) as { current_password: string; new_password: string };
      if (body.current_password !== store.user?.password) {
        return problem(400, "This is not your current password");
      }
      store.user.password = body.new_password;
      return nothing();
    }),
    http.post("*/auth/reauthenticate", () => nothing()),
    http.get("*/auth/accounts", () =>
      guarded(store, () => ok<ResponseOf<"/auth/accounts", "get">>(page(accounts.users))),
    ),
    http.patch("*/auth/accounts/:id", async ({ params, request }) => {
      const { role } = (await request.json()) as { role: Role };
      const user = accounts.users.find(({ id }) => id === params.id);
      if (!user) return problem(404, "There is no such account");
      user.role = role;
      return ok(user);
    }),
    http.delete("*/auth/accounts/:id", ({ params }) => {
      accounts.users = accounts.users.filter(({ id }) => id !== params.id);
      return nothing();
    }),
    http.post("*/auth/accounts/:id/reset-link", () =>
      ok({ token: "jl_mock", link_path: "/link#jl_mock", expires_at: ago(-1) }, 201),
    ),
    http.get("*/auth/invitations", () =>
      guarded(store, () => ok<ResponseOf<"/auth/invitations", "get">>(page(accounts.invitations))),
    ),
    http.post("*/auth/invitations", async ({ request }) => {
      const body = (await request.json()) as { email: string; role: Role };
      const invitation: MockAccounts["invitations"][number] = {
        id: `invitation-${accounts.invitations.length + 1}`,
        ...body,
        created_at: ago(0),
        expires_at: ago(-3),
      };
      accounts.invitations = [...accounts.invitations, invitation];
      return ok({ ...invitation, token: "jl_mock", link_path: "/link#jl_mock" }, 201);
    }),
    http.delete("*/auth/invitations/:id", ({ params }) => {
      accounts.invitations = accounts.invitations.filter(({ id }) => id !== params.id);
      return nothing();
    }),
    http.get("*/auth/audit", () =>
      guarded(store, () => ok<ResponseOf<"/auth/audit", "get">>(page(accounts.audit))),
    ),
    http.post("*/auth/links/inspect", async ({ request }) => {
      const { token } = (await request.json()) as { token: string };
      if (token !== "jl_mock") return problem(404, "This link is not valid any more");
      return ok<ResponseOf<"/auth/links/inspect", "post">>({
        purpose: "invitation",
        email: "barbara@example.com",
        role: "member",
        expires_at: ago(-1),
      });
    }),
    http.post("*/auth/links/redeem", () => {
      store.signedIn = true;
      return ok<ResponseOf<"/auth/links/redeem", "post">>({
        id: "user-9",
        email: "barbara@example.com",
        role: "member",
      });
    }),
    http.get("*/auth/config", () => ok<ResponseOf<"/auth/config", "get">>(accounts.config)),
  ];
}
