/** API keys of the mock. */
import type { ResponseOf } from "@/lib/api/client";
import { hash } from "../corpus.ts";

const DAY_MS = 86_400_000;

type ApiKey = ResponseOf<"/api-keys", "get">["items"][number];
export type MockKey = ApiKey & { key: string };

export function mockKeys(nowMs: number): MockKey[] {
  return [
    mockKey("laptop", "ingest", nowMs - 9 * DAY_MS, nowMs - 4_000),
    mockKey("staging: support agent", "ingest", nowMs - 41 * DAY_MS, nowMs - 3_600_000, nowMs + 49 * DAY_MS),
    mockKey("grafana", "read", nowMs - 2 * DAY_MS, null),
    mockKey("old demo", "ingest", nowMs - 200 * DAY_MS, nowMs - 120 * DAY_MS, nowMs - 100 * DAY_MS),
  ];
}

export function mockKey(
  name: string,
  scope: ApiKey["scope"],
  createdMs: number,
  usedMs: number | null,
  expiresMs: number | null = null,
): MockKey {
  const secret = `${hash(createdMs).toString(36)}${hash(createdMs + 1).toString(36)}`;
  const iso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
  return {
    id: `key-${hash(createdMs + 2).toString(16)}`,
    name,
    prefix: `jk_${secret.slice(0, 6)}`,
    scope,
    created_at: new Date(createdMs).toISOString(),
    last_used_at: iso(usedMs),
    expires_at: iso(expiresMs),
    previous_until: null,
    created_by: "ada@example.com",
    key: `jk_${secret}${hash(createdMs + 3).toString(36)}${hash(createdMs + 4).toString(36)}`,
  };
}
