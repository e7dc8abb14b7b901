/** Receiving spans, and how ingestion goes. */
import { http } from "msw";
import type { ResponseOf } from "@/lib/api/client";
import { guarded, ok, problem } from "../answers.ts";
import { upkeepOf } from "../state/storage.ts";
import { addRun, addTrace, type MockStore, type SentRun } from "../store.ts";

export function ingestHandlers(store: MockStore) {
  return [
    http.post("*/v1/traces", async ({ request }) => {
      const given = request.headers.get("x-junjo-api-key");
      const key = store.keys.find((candidate) => candidate.key === given);
      if (!key) return problem(401, "Unknown API key");
      key.last_used_at = new Date().toISOString();
      const run = sentRun(await request.json().catch(() => ({})));
      if (run) addRun(store, run, Date.now());
      else addTrace(store, Date.now());
      return ok({});
    }),
    http.get("*/otel/status", () => guarded(store, () => ok(status(store)))),
    http.get("*/otel/endpoints", ({ request }) => guarded(store, () => ok(endpoints(request)))),
    http.get("*/health", () => ok({ status: "ok", version: "0.1.0", index: "ok" })),
  ];
}

/** The mock receives where the page is, as JSON; the other addresses are only shown. */
function endpoints(request: Request): ResponseOf<"/otel/endpoints", "get"> {
  const { origin, hostname } = new URL(request.url);
  const port = { tls: false, known_by: "port", only_local: false };
  return {
    grpc: { ...port, url: `http://${hostname}:7001` },
    http: { ...port, url: `http://${hostname}:7002` },
    page_url: origin,
    received_by: "server",
  };
}

interface Sent {
  resourceSpans?: {
    resource: { attributes: Attribute[] };
    scopeSpans: { spans: { attributes: Attribute[] }[] }[];
  }[];
}

interface Attribute {
  key: string;
  value: { stringValue?: string };
}

/** The run that an export in JSON starts with, if there is one. */
function sentRun(sent: unknown): SentRun | undefined {
  const [first] = (sent as Sent).resourceSpans ?? [];
  const text = (attributes: Attribute[], key: string) =>
    attributes.find((attribute) => attribute.key === key)?.value.stringValue;
  const attributes = first?.scopeSpans[0]?.spans[0]?.attributes ?? [];
  const runtimeId = text(attributes, "junjo.executable_runtime_id");
  if (first === undefined || runtimeId === undefined) return undefined;
  return { runtimeId, service: text(first.resource.attributes, "service.name") ?? "" };
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
    memory: [
      { part: "receive", used_bytes: 0, peak_bytes: 65_536, max_bytes: 182_452_224, refused: 0 },
      { part: "read", used_bytes: 0, peak_bytes: 0, max_bytes: 81_088_512, refused: 0 },
    ],
    upkeep: upkeepOf(store.storage, Date.now()),
  };
}
