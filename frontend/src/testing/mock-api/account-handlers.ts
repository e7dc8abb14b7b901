/** Accounts, invitations, sessions and the audit log of the mock. */
import { http } from "msw";
import type { BrowserSession } from "@/features/auth/account-query";
import type { AuditEvent } from "@/features/auth/audit-query";
import type { Invitation } from "@/features/auth/users-query";
import type { ResponseOf } from "@/lib/api/client";
import type { Account } from "@/state/accounts-query";
import { guarded, nothing, ok, problem } from "./answers.ts";
import type { MockStore } from "./store.ts";

const DAY_MS = 86_400_000;
const ago = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString();
const page = <T>(items: T[]) => ({ items, next_cursor: null });

export interface MockAccounts {
  users: Account[];
  invitations: Invitation[];
  sessions: BrowserSession[];
  audit: AuditEvent[];
  config: ResponseOf<"/auth/config", "get">;
}

export function mockAccounts(email: string): MockAccounts {
  return {
    users: [
      {
        id: "user-1",
        email,
        role: "admin",
        created_at: ago(40),
        last_seen_at: ago(0),
        session_count: 2,
      },
      {
        id: "user-2",
        email: "grace@example.com",
        role: "member",
        created_at: ago(12),
        last_seen_at: ago(1),
        session_count: 1,
      },
      {
        id: "user-3",
        email: "edsger@example.com",
        role: "viewer",
        created_at: ago(3),
        last_seen_at: null,
        session_count: 0,
      },
    ],
    invitations: [
      {
        id: "invitation-1",
        email: "barbara@example.com",
        role: "member",
        created_at: ago(1),
        expires_at: ago(-2),
      },
    ],
    sessions: [
      session("session-1", "Firefox on Linux", true),
      session("session-2", "Chrome on Android", false),
    ],
    audit: [
      event(4, "session.begin", "success", email),
      event(3, "session.begin", "refused", null),
      event(2, "api_key.create", "success", email),
      event(1, "user.create_first", "success", email),
    ],
    config: {
      is_transport_insecure: false,
      password_chars_min: 8,
      password_chars_max: 512,
      session_idle_seconds: 86_400,
      session_absolute_seconds: 2_592_000,
      reauthentication_seconds: 900,
    },
  };
}

function session(id: string, device: string, current: boolean): BrowserSession {
  return {
    id,
    device,
    user_agent: device,
    ip: "192.0.2.7",
    created_at: ago(6),
    last_used_at: ago(current ? 0 : 2),
    is_current: current,
  };
}

function event(id: number, action: string, outcome: AuditEvent["outcome"], email: string | null): AuditEvent {
  return {
    id,
    action,
    outcome,
    detail: outcome === "refused" ? "wrong_password" : null,
    time: ago(id === 4 ? 0 : 5 - id),
    actor_id: email === null ? null : "user-1",
    actor_email: email,
    target_id: null,
    target_email: null,
    ip: "192.0.2.7",
    request_id: `request-${id}`,
  };
}

export function accountHandlers(store: MockStore) {
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
    http.get("*/auth/users", () =>
      guarded(store, () => ok<ResponseOf<"/auth/users", "get">>(page(accounts.users))),
    ),
    http.patch("*/auth/users/:id", async ({ params, request }) => {
      const { role } = (await request.json()) as { role: Account["role"] };
      const user = accounts.users.find(({ id }) => id === params.id);
      if (!user) return problem(404, "There is no such account");
      user.role = role;
      return ok(user);
    }),
    http.delete("*/auth/users/:id", ({ params }) => {
      accounts.users = accounts.users.filter(({ id }) => id !== params.id);
      return nothing();
    }),
    http.post("*/auth/users/:id/reset-link", () =>
      ok({ token: "jl_mock", link_path: "/link#jl_mock", expires_at: ago(-1) }, 201),
    ),
    http.get("*/auth/invitations", () =>
      guarded(store, () => ok<ResponseOf<"/auth/invitations", "get">>(page(accounts.invitations))),
    ),
    http.post("*/auth/invitations", async ({ request }) => {
      const body = (await request.json()) as { email: string; role: Invitation["role"] };
      const invitation: Invitation = {
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
    http.get("*/health", () => ok({ status: "ok", version: "0.1.0", index: "ok" })),
  ];
}
