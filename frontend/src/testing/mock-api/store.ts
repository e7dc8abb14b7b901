/** State of the mock server: account, keys, traces. */
import type { ApiKey } from "@/features/api-keys/keys-query";
import { type MockAccounts, mockAccounts } from "./account-handlers.ts";
import { hash, type MockTrace, makeTrace } from "./corpus.ts";
import { type MockStorage, mockStorage } from "./storage-handlers.ts";

export interface MockStore {
  user: { email: string; password: string } | null;
  signedIn: boolean;
  keys: (ApiKey & { key: string })[];
  /** Newest first. */
  traces: MockTrace[];
  nextSeed: number;
  accounts: MockAccounts;
  storage: MockStorage;
}

/** A server that nobody has set up. */
export function freshStore(): MockStore {
  return {
    user: null,
    signedIn: false,
    keys: [],
    traces: [],
    nextSeed: 1,
    accounts: mockAccounts("ada@example.com"),
    storage: { retention: { days: null, bytes: null, services: [] }, deletions: [] },
  };
}

const DAY_MS = 86_400_000;

/** A server in use: an account, keys, and a day of traces. */
export function busyStore(nowMs: number, traceCount: number): MockStore {
  const store: MockStore = {
    user: { email: "ada@example.com", password: "correct horse" },
    signedIn: true,
    keys: [
      mockKey("laptop", "ingest", nowMs - 9 * DAY_MS, nowMs - 4_000),
      mockKey(
        "staging: support agent",
        "ingest",
        nowMs - 41 * DAY_MS,
        nowMs - 3_600_000,
        nowMs + 49 * DAY_MS,
      ),
      mockKey("grafana", "read", nowMs - 2 * DAY_MS, null),
      mockKey("old demo", "ingest", nowMs - 200 * DAY_MS, nowMs - 120 * DAY_MS, nowMs - 100 * DAY_MS),
    ],
    traces: [],
    nextSeed: traceCount + 1,
    accounts: mockAccounts("ada@example.com"),
    storage: mockStorage(nowMs),
  };
  let at = nowMs - 3_000;
  for (let seed = traceCount; seed >= 1; seed--) {
    store.traces.push(makeTrace(seed, at));
    at -= 2_000 + (hash(seed) % 240_000);
  }
  return store;
}

/** What an SDK does: one more trace, now. */
export function addTrace(store: MockStore, nowMs: number): MockTrace {
  const trace = makeTrace(store.nextSeed, nowMs - 1_500);
  store.nextSeed += 1;
  store.traces.unshift(trace);
  return trace;
}

export function mockKey(
  name: string,
  scope: ApiKey["scope"],
  createdMs: number,
  usedMs: number | null,
  expiresMs: number | null = null,
): ApiKey & { key: string } {
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
