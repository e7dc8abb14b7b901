/** The API on top of a mock store, as msw handlers. Bodies are typed from the OpenAPI document. */
import { http } from "msw";
import type { ResponseOf } from "@/lib/api/client";
import type { Service } from "@/telemetry/services/services-query";
import type { SpanDetail } from "@/telemetry/trace/span-query";
import type { TraceSummary } from "@/telemetry/traces/traces-query";
import { accountHandlers } from "./account-handlers.ts";
import { guarded, nothing, ok, paged, problem } from "./answers.ts";
import { makeLargeTrace, makeTrace, toRow, workflowRuns } from "./corpus.ts";
import { logHandlers } from "./log-handlers.ts";
import { statsHandlers } from "./stats-handlers.ts";
import { storageHandlers, upkeepOf } from "./storage-handlers.ts";
import { addTrace, type MockStore, mockKey } from "./store.ts";
import { workflowHandlers } from "./workflow-handlers.ts";

const TRACE_PAGE_SPANS = 10_000;
/** A trace id that holds 100,000 spans. */
const LARGE_TRACE_ID = "f00d".repeat(8);
const LARGE_SPANS = 100_000;

let large: ReturnType<typeof makeLargeTrace> | undefined;

export function mockHandlers(store: MockStore) {
  return [
    ...authHandlers(store),
    ...accountHandlers(store),
    ...keyHandlers(store),
    ...ingestHandlers(store),
    ...statsHandlers(store),
    ...logHandlers(store),
    ...storageHandlers(store),
    ...workflowHandlers(store),
    ...otelHandlers(store),
  ];
}

function authHandlers(store: MockStore) {
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

function keyHandlers(store: MockStore) {
  return [
    http.get("*/api-keys", () =>
      guarded(store, () => ok({ items: store.keys.map(({ key: _, ...shown }) => shown), next_cursor: null })),
    ),
    http.post("*/api-keys", async ({ request }) => {
      const body = (await request.json()) as {
        name: string;
        scope?: "ingest" | "read";
        expires_at?: string | null;
      };
      const expires = body.expires_at ? Date.parse(body.expires_at) : null;
      const key = mockKey(body.name, body.scope ?? "ingest", Date.now(), null, expires);
      store.keys.unshift(key);
      return ok<ResponseOf<"/api-keys", "post", 201>>(key, 201);
    }),
    http.post("*/api-keys/:id/rotate", ({ params }) => {
      const key = store.keys.find(({ id }) => id === params.id);
      if (!key) return problem(404, "Unknown key");
      const renewed = mockKey(key.name, key.scope, Date.now(), null);
      Object.assign(key, { prefix: renewed.prefix, key: renewed.key });
      return ok<ResponseOf<"/api-keys/{id}/rotate", "post", 200>>(key);
    }),
    http.patch("*/api-keys/:id", async ({ params, request }) => {
      const key = store.keys.find(({ id }) => id === params.id);
      if (!key) return problem(404, "Unknown key");
      return ok(Object.assign(key, await request.json()));
    }),
    http.delete("*/api-keys/:id", ({ params }) => {
      store.keys = store.keys.filter((key) => key.id !== params.id);
      return nothing();
    }),
  ];
}

function ingestHandlers(store: MockStore) {
  return [
    http.post("*/v1/traces", ({ request }) => {
      const given = request.headers.get("x-junjo-api-key");
      const key = store.keys.find((candidate) => candidate.key === given);
      if (!key) return problem(401, "Unknown API key");
      key.last_used_at = new Date().toISOString();
      addTrace(store, Date.now());
      return ok({});
    }),
  ];
}

function otelHandlers(store: MockStore) {
  return [
    http.get("*/otel/services", ({ request }) =>
      guarded(store, () => ok({ items: services(store, request) })),
    ),
    http.get("*/otel/traces", ({ request }) => guarded(store, () => ok(traces(store, request)))),
    http.get("*/otel/workflows", ({ request }) => guarded(store, () => ok(workflows(store, request)))),
    http.get("*/otel/status", () => guarded(store, () => ok(status(store)))),
    http.get("*/otel/trace/:traceId", ({ params, request }) =>
      guarded(store, () => trace(store, String(params.traceId), request)),
    ),
    http.get("*/otel/spans/:traceId/:spanId", ({ params }) =>
      guarded(store, () => {
        const found = store.traces.find((candidate) => candidate.traceId === params.traceId);
        const span = found?.spans.find((candidate) => candidate.span_id === params.spanId);
        return span ? ok(span) : problem(404, "Unknown span");
      }),
    ),
  ];
}

function services(store: MockStore, request: Request): Service[] {
  const byName = new Map<string, Service>();
  for (const { spans } of inWindow(store, request)) {
    for (const name of new Set(spans.map((span) => span.service))) {
      const own = spans.filter((span) => span.service === name);
      const seen = own[0]?.start_time ?? "";
      const before = byName.get(name);
      byName.set(name, {
        name,
        span_count: (before?.span_count ?? 0) + own.length,
        trace_count: (before?.trace_count ?? 0) + 1,
        error_count: (before?.error_count ?? 0) + own.filter((span) => span.status === "error").length,
        first_seen: seen,
        last_seen: before?.last_seen ?? seen,
      });
    }
  }
  return [...byName.values()].sort((a, b) => a.name.localeCompare(b.name));
}

function traces(store: MockStore, request: Request): ResponseOf<"/otel/traces", "get"> {
  const query = new URL(request.url).searchParams;
  const wanted = inWindow(store, request)
    .filter(({ spans }) => {
      const has = (name: string, test: (value: string) => boolean) =>
        !query.has(name) || test(query.get(name) ?? "");
      return (
        has("service", (value) => spans.some((span) => span.service === value)) &&
        has("status", (value) => spans.some((span) => span.status === value)) &&
        has("role", (value) => spans.some((span) => span.derived.role === value)) &&
        has("q", (value) => spans.some((span) => span.name.toLowerCase().includes(value.toLowerCase())))
      );
    })
    .map(({ summary }) => summary);
  return { ...paged(wanted, query), incomplete: null };
}

function workflows(store: MockStore, request: Request): ResponseOf<"/otel/workflows", "get"> {
  const query = new URL(request.url).searchParams;
  const wanted = inWindow(store, request)
    .flatMap(workflowRuns)
    .filter(
      (run) =>
        (!query.has("status") || run.status === query.get("status")) &&
        (!query.has("service") || run.service === query.get("service")) &&
        run.name.toLowerCase().includes((query.get("name") ?? "").toLowerCase()),
    );
  return paged(wanted, query);
}

function trace(store: MockStore, traceId: string, request: Request) {
  const found = store.traces.find((candidate) => candidate.traceId === traceId);
  if (traceId === LARGE_TRACE_ID) large ??= makeLargeTrace(LARGE_SPANS, Date.now() - 3_600_000);
  const whole = new URL(request.url).searchParams.get("include") === "payload";
  const row = (span: SpanDetail) => (whole ? { ...toRow(span), payload: span } : toRow(span));
  const spans = traceId === LARGE_TRACE_ID ? large : found?.spans.map(row);
  if (!spans) return problem(404, "Unknown trace");
  const summary = found?.summary ?? largeSummary();
  const query = new URL(request.url).searchParams;
  const after = Number(query.get("after") ?? 0);
  const end = after + Number(query.get("limit") ?? TRACE_PAGE_SPANS);
  return ok<ResponseOf<"/otel/trace/{trace_id}", "get">>({
    trace_id: traceId,
    root_missing: false,
    summary,
    spans: spans.slice(after, end),
    next_after: end < spans.length ? String(end) : null,
  });
}

/** Sums of the large trace, as a server would give them. */
function largeSummary(): TraceSummary {
  const { summary } = makeTrace(1, Date.now() - 3_600_000);
  return {
    ...summary,
    trace_id: LARGE_TRACE_ID,
    root_name: "Crawl everything",
    span_count: LARGE_SPANS,
    error_count: large?.filter((span) => span.status === "error").length ?? 0,
    services: ["crawler", "crawler-io"],
  };
}

function status(store: MockStore): ResponseOf<"/otel/status", "get"> {
  const spans = store.traces.reduce((count, { spans: own }) => count + own.length, 0);
  return {
    accepted_spans: spans,
    indexed_spans: spans,
    duplicate_spans: 0,
    quarantined_batches: 0,
    index: "ok",
    index_detail: null,
    accepted_logs: 0,
    indexed_logs: 0,
    duplicate_logs: 0,
    log_records_received: 0,
    metric_points_received: 0,
    sources: [],
    keys: [],
    recent_rejections: [],
    wal: { batches: 3, bytes: 84_000, file_bytes: 2_000_000, oldest_age_ms: 12_000 },
    lag_ms: 120,
    store: { spans, logs: 0, bytes: spans * 43 },
    archive: { files: 2, bytes: spans * 288, unreadable_files: 0 },
    upkeep: upkeepOf(store, Date.now()),
  };
}

function inWindow(store: MockStore, request: Request) {
  const query = new URL(request.url).searchParams;
  const from = query.get("from");
  const to = query.get("to");
  return store.traces.filter(({ spans }) => {
    const start = spans[0]?.start_time ?? "";
    return (from === null || start >= from) && (to === null || start <= to);
  });
}

function me(store: MockStore): ResponseOf<"/auth/me", "get"> {
  return { id: "user-1", email: store.user?.email ?? "", role: "admin" };
}
