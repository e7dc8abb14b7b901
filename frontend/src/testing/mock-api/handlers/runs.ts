/** The list of runs. */
import { http } from "msw";
import type { ResponseOf } from "@/lib/api/client";
import { guarded, ok, paged } from "../answers.ts";
import type { MockTrace } from "../corpus.ts";
import type { MockStore } from "../store.ts";
import { inWindow } from "../window.ts";

type Run = ResponseOf<"/otel/runs", "get">["items"][number];

export function runsHandlers(store: MockStore) {
  return [http.get("*/otel/runs", ({ request }) => guarded(store, () => ok(runs(store, request))))];
}

function runs(store: MockStore, request: Request): ResponseOf<"/otel/runs", "get"> {
  const query = new URL(request.url).searchParams;
  const wanted = inWindow(store, request)
    .flatMap(runsOf)
    .filter(
      (run) =>
        (!query.has("status") || run.status === query.get("status")) &&
        (!query.has("evidence") || run.evidence === query.get("evidence")) &&
        (!query.has("outcome") || run.outcome === query.get("outcome")) &&
        (!query.has("service") || run.service === query.get("service")) &&
        run.name.toLowerCase().includes((query.get("name") ?? "").toLowerCase()),
    );
  return paged(wanted, query);
}

function runsOf({ spans }: MockTrace): Run[] {
  return spans
    .filter((span) => span.derived.role === "workflow")
    .map((span) => ({
      trace_id: span.trace_id,
      span_id: span.span_id,
      name: span.name,
      service: span.service,
      start_time: span.start_time,
      start_time_unix_nano: span.start_time_unix_nano,
      duration_ns: span.duration_ns,
      status: span.status,
      node_count: numberOrNull(span.attributes["junjo.workflow.node.count"]),
      error_count: span.status === "error" ? 1 : 0,
      structural_id: textOrNull(span.attributes["junjo.executable_structural_id"]),
      kind: "workflow",
      service_namespace: textOrNull(span.resource.attributes?.["service.namespace"]),
      service_version: null,
      runtime_id: textOrNull(span.attributes["junjo.executable_runtime_id"]),
      agent_key: null,
      outcome: span.status === "error" ? "failed" : "completed",
      correlation_type: null,
      correlation_id: null,
      evidence: span.status === "error" ? "partial" : "complete",
      finding_count: span.status === "error" ? 1 : 0,
    }));
}

function numberOrNull(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
