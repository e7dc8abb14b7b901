/** State of the mock server: account, keys, traces. Handlers read and change it; it knows none of them. */
import { hash, type MockTrace, makeNamedTrace, makeTrace } from "./corpus.ts";
import { type MockAccounts, mockAccounts } from "./state/accounts.ts";
import { type MockKey, mockKeys } from "./state/keys.ts";
import { type MockStorage, mockStorage } from "./state/storage.ts";
import { type MockView, mockViews } from "./state/views.ts";

export interface MockStore {
  user: { email: string; password: string } | null;
  signedIn: boolean;
  keys: MockKey[];
  /** Newest first. */
  traces: MockTrace[];
  nextSeed: number;
  accounts: MockAccounts;
  storage: MockStorage;
  /** What was decided about kinds of errors, by fingerprint. */
  errorStates: Map<string, "open" | "muted" | "resolved">;
  views: MockView[];
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
    errorStates: new Map(),
    views: [],
  };
}

/** A server in use: an account, keys, and a day of traces. */
export function busyStore(nowMs: number, traceCount: number): MockStore {
  const store: MockStore = {
    user: { email: "ada@example.com", password: "correct horse" },
    signedIn: true,
    keys: mockKeys(nowMs),
    traces: [],
    nextSeed: traceCount + 1,
    accounts: mockAccounts("ada@example.com"),
    storage: mockStorage(nowMs),
    errorStates: new Map(),
    views: mockViews(),
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

/** As much of a sent run as the mock tells of it. */
export interface SentRun {
  runtimeId: string;
  service: string;
}

/** A captured run that is told once more, now, under an id and a service of its own. */
export function addRun(store: MockStore, { runtimeId, service }: SentRun, nowMs: number): MockTrace {
  const trace = makeNamedTrace("Order Intake Workflow", store.nextSeed, nowMs - 1_500);
  store.nextSeed += 1;
  for (const span of trace.spans) {
    span.service = service;
    span.resource = { ...span.resource, attributes: { "service.name": service } };
    if (span.name !== "Order Intake Workflow") continue;
    span.attributes = { ...span.attributes, "junjo.executable_runtime_id": runtimeId };
  }
  store.traces.unshift(trace);
  return trace;
}
