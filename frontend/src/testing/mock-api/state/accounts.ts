/** Accounts, invitations, browser sessions and the audit log that the mock starts with. */

import type { ResponseOf } from "@/lib/api/client";
import { mockNow } from "../clock.ts";

const DAY_MS = 86_400_000;

type Account = ResponseOf<"/auth/accounts", "get">["items"][number];
type Invitation = ResponseOf<"/auth/invitations", "get">["items"][number];
type BrowserSession = ResponseOf<"/auth/sessions", "get">["items"][number];
type AuditEvent = ResponseOf<"/auth/audit", "get">["items"][number];

/** That many days before now, or after it when negative. */
export const ago = (days: number) => new Date(mockNow() - days * DAY_MS).toISOString();

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
