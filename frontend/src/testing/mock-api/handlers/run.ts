/** Runs of workflows: what a server answered for the captured ones, under the mock's trace ids. */
import { http } from "msw";
import type { ResponseOf } from "@/lib/api/client";
import captured from "../../data/runs.json" with { type: "json" };
import { guarded, ok, problem } from "../answers.ts";
import type { MockStore } from "../store.ts";

type Detail = ResponseOf<"/otel/runs/{trace_id}/{span_id}", "get">;
type State = ResponseOf<"/otel/runs/{trace_id}/{span_id}/state", "get">;
type Runs = ResponseOf<"/otel/runs/overlay", "get">;

const CAPTURED = captured as unknown as { detail: Detail; states: State[] }[];

/** What the captured runs prove: they are older than the answer's evidence. */
const PROVEN: Partial<Detail> = {
  service_version: null,
  outcome: "completed",
  evidence: "complete",
  findings: [],
  finding_count: 0,
  withheld: [],
  withheld_count: 0,
  replay: "verified",
};

export function runHandlers(store: MockStore) {
  return [
    http.get("*/otel/runs/:traceId/:spanId", ({ params }) =>
      guarded(store, () => {
        const run = runOf(String(params.spanId));
        if (!run && hasSpan(store, String(params.traceId), String(params.spanId))) {
          return problem(400, "Bad Request", "this span is no run of a Junjo workflow, subflow or agent");
        }
        if (!run) return problem(404, "No run");
        const service_namespace = namespaceOf(store, String(params.traceId), String(params.spanId));
        return ok<Detail>({ ...PROVEN, ...run.detail, service_namespace, trace_id: String(params.traceId) });
      }),
    ),
    http.get("*/otel/runs/:traceId/:spanId/state", ({ params, request }) =>
      guarded(store, () => {
        const query = new URL(request.url).searchParams;
        const states = runOf(String(params.spanId))?.states ?? [];
        const own = states.filter((state) => state.store_id === (query.get("store") ?? states[0]?.store_id));
        const at = query.has("at") ? Number(query.get("at")) : own.length - 1;
        const state = own.find((candidate) => candidate.at === at);
        return state ? ok<State>(state) : problem(404, "No such change");
      }),
    ),
    http.get("*/otel/runs/overlay", ({ request }) =>
      guarded(store, () => {
        const id = new URL(request.url).searchParams.get("structural_id") ?? "";
        return ok<Runs>(overlay(id));
      }),
    ),
  ];
}

function namespaceOf(store: MockStore, traceId: string, spanId: string): string | null {
  const span = store.traces
    .find((trace) => trace.traceId === traceId)
    ?.spans.find((it) => it.span_id === spanId);
  const namespace = span?.resource.attributes?.["service.namespace"];
  return typeof namespace === "string" ? namespace : null;
}

function hasSpan(store: MockStore, traceId: string, spanId: string): boolean {
  const trace = store.traces.find((candidate) => candidate.traceId === traceId);
  return trace?.spans.some((span) => span.span_id === spanId) ?? false;
}

function runOf(spanId: string) {
  return CAPTURED.find(({ detail }) => detail.span_id === spanId);
}

const RUNS = 48;

/** One captured run stands for many, of which some took other ways. */
function overlay(structuralId: string): Runs {
  const run = CAPTURED.find(({ detail }) => detail.structural_id === structuralId)?.detail;
  const share = (place: number) => RUNS - ((place * 7) % 11);
  return {
    structural_id: structuralId,
    name: run?.name ?? null,
    run_count: run ? RUNS : 0,
    error_count: run ? 3 : 0,
    error_rate: run ? 3 / RUNS : null,
    p50_duration_ns: run?.duration_ns ?? null,
    p95_duration_ns: run ? String(Number(run.duration_ns) * 2) : null,
    read_run_count: run ? RUNS : 0,
    unreadable_run_count: 0,
    stopped_by: null,
    read_from: null,
    graph: {
      complete: true,
      nodes: (run?.graph?.nodes ?? []).map((node, place) => ({
        ...node,
        run_count: node.execution_count > 0 ? share(place) : 0,
        execution_count: node.execution_count * share(place),
        error_count: place === 3 ? 2 : 0,
        error_rate: place === 3 ? 0.04 : 0,
        p50_duration_ns: node.duration_ns,
        p95_duration_ns: node.duration_ns,
      })),
      edges: (run?.graph?.edges ?? []).map((edge, place) => ({
        ...edge,
        run_count: edge.taken_count > 0 ? share(place) : place % 3,
        taken_count: edge.taken_count * share(place),
        missing_count: 0,
      })),
    },
  };
}
