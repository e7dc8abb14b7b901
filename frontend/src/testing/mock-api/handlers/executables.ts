/** Who has the identity of an executable. The captured runs are told many times, so that most identities have many owners. */
import { http } from "msw";
import type { ResponseOf } from "@/lib/api/client";
import type { SpanDetail } from "@/telemetry/trace/span-query";
import { guarded, ok } from "../answers.ts";
import type { MockStore } from "../store.ts";

type Executables = ResponseOf<"/otel/executables", "get">;

const OWNERS_MAX = 20;

export function executableHandlers(store: MockStore) {
  return [
    http.get("*/otel/executables", ({ request }) =>
      guarded(store, () => ok<Executables>(resolve(store, new URL(request.url).searchParams))),
    ),
  ];
}

function resolve(store: MockStore, query: URLSearchParams): Executables {
  const spans = store.traces.flatMap((trace) => trace.spans).filter((span) => hasIdentity(span, query));
  const resolution = spans.length === 0 ? "waiting" : spans.length === 1 ? "found" : "conflict";
  const owners = spans.slice(0, OWNERS_MAX).map(toItem);
  return { resolution, owners, has_more: spans.length > OWNERS_MAX, incomplete: null };
}

function hasIdentity(span: SpanDetail, query: URLSearchParams): boolean {
  return (
    span.attributes["junjo.executable_runtime_id"] === query.get("runtime_id") &&
    span.attributes["junjo.span_type"] === query.get("executable_type") &&
    span.service === query.get("service_name") &&
    (span.resource.attributes?.["service.namespace"] ?? "") === (query.get("service_namespace") ?? "")
  );
}

function toItem(span: SpanDetail): Executables["owners"][number] {
  const { derived } = span;
  return {
    trace_id: span.trace_id,
    span_id: span.span_id,
    parent_span_id: span.parent_span_id,
    name: span.name,
    kind: span.kind,
    service: span.service,
    project: span.project,
    start_time: span.start_time,
    start_time_unix_nano: span.start_time_unix_nano,
    duration_ns: span.duration_ns,
    status: span.status,
    role: derived.role,
    span_type: String(span.attributes["junjo.span_type"]),
    provider: derived.provider,
    model: derived.model,
    input_tokens: derived.input_tokens,
    output_tokens: derived.output_tokens,
    cached_input_tokens: derived.cached_input_tokens,
    cost_usd: derived.cost_usd,
    session_id: derived.session_id,
    user_id: derived.user_id,
    error_type: derived.error_type,
    agent_name: null,
    tool_name: null,
    event_count: span.events.length,
    exception_count: derived.exceptions.length,
  };
}
