/** Log records of the mock: what an application writes around its spans. */
import { http } from "msw";
import type { ResponseOf } from "@/lib/api/client";
import type { LogRecord } from "@/telemetry/logs/logs-query";
import type { SpanDetail } from "@/telemetry/trace/span-query";
import { guarded, ok, paged } from "../answers.ts";
import type { MockStore } from "../store.ts";

const SEVERITY_NUMBERS = { trace: 1, debug: 5, info: 9, warn: 13, error: 17, fatal: 21 };
type Severity = keyof typeof SEVERITY_NUMBERS;

export function logHandlers(store: MockStore) {
  return [
    http.get("*/otel/logs", ({ request }) =>
      guarded(store, () => {
        const query = new URL(request.url).searchParams;
        return ok<ResponseOf<"/otel/logs", "get">>({
          ...paged(recordsOf(store, query), query),
          stopped_early: false,
          incomplete: null,
        });
      }),
    ),
  ];
}

/** Newest first. */
function recordsOf(store: MockStore, query: URLSearchParams): LogRecord[] {
  const traceId = query.get("trace_id");
  const traces = traceId === null ? store.traces : store.traces.filter((trace) => trace.traceId === traceId);
  const least = SEVERITY_NUMBERS[(query.get("severity") ?? "") as Severity] ?? 0;
  const text = (query.get("q") ?? "").toLowerCase();
  const matches = (name: string, value: string | null) => !query.has(name) || query.get(name) === value;
  return traces
    .flatMap(({ spans }) => spans.flatMap(recordsAround))
    .filter(
      (record) =>
        matches("span_id", record.span_id) &&
        matches("service", record.service) &&
        matches("event_name", record.event_name) &&
        record.severity_number >= least &&
        (query.get("from") ?? "") <= record.time &&
        JSON.stringify([record.body, record.attributes]).toLowerCase().includes(text),
    )
    .sort((a, b) => b.time.localeCompare(a.time));
}

function recordsAround(span: SpanDetail): LogRecord[] {
  const { role } = span.derived;
  if (span.parent_span_id === null) {
    return [record(span, "info", null, `${span.name} accepted`, { "http.request.method": "POST" })];
  }
  if (span.status === "error") {
    return [
      record(span, "error", null, `${span.name} failed: ${span.derived.error_message ?? "unknown"}`, {}),
    ];
  }
  if (role !== "llm") return [];
  return [
    record(
      span,
      null,
      "gen_ai.choice",
      { index: 0, message: { role: "assistant", content: "Done." } },
      {
        "gen_ai.response.model": span.derived.model,
      },
    ),
  ];
}

function record(
  span: SpanDetail,
  severity: Severity | null,
  eventName: string | null,
  body: unknown,
  attributes: LogRecord["attributes"],
): LogRecord {
  return {
    trace_id: span.trace_id,
    span_id: span.span_id,
    service: span.service,
    project: span.project,
    time: span.start_time,
    time_unix_nano: span.start_time_unix_nano,
    observed_time_unix_nano: span.start_time_unix_nano,
    received_at: span.start_time,
    severity,
    severity_number: severity === null ? 0 : SEVERITY_NUMBERS[severity],
    severity_text: severity?.toUpperCase() ?? "",
    event_name: eventName,
    body,
    attributes,
    dropped_attributes_count: 0,
    flags: 1,
    resource: span.resource,
    scope: span.scope,
  };
}
