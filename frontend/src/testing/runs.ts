/** Short ways to write runs in tests. */
import type { ResponseOf } from "@/lib/api/client";

type RunDetail = ResponseOf<"/otel/runs/{trace_id}/{span_id}", "get">;
type Graph = NonNullable<RunDetail["graph"]>;
type Node = Graph["nodes"][number];
type Edge = Graph["edges"][number];
type Execution = RunDetail["executions"][number];
type StateEvent = RunDetail["state_events"][number];

const START_NANOS = 1_795_225_796_000_000_000n;
const MILLI = 1_000_000n;

const at = (ms: number) => String(START_NANOS + BigInt(ms) * MILLI);
const long = (ms: number) => String(BigInt(ms) * MILLI);

function node(key: string, more: Partial<Node> = {}): Node {
  return {
    key,
    kind: "node",
    type: key,
    label: key,
    structural_id: null,
    subflow_structural_id: null,
    runtime_id: key,
    subflow_key: null,
    group_key: null,
    is_source: false,
    is_sink: false,
    declared: true,
    execution_count: 1,
    error_count: 0,
    cancelled_count: 0,
    duration_ns: long(10),
    ...more,
  };
}

function edge(tail: string, head: string, taken: number, condition: string | null = null): Edge {
  return {
    key: `${tail}-${head}`,
    tail_key: tail,
    head_key: head,
    condition,
    ordinal: 0,
    structural_id: null,
    subflow_key: null,
    declared: true,
    status: taken > 0 ? "taken" : "not_taken",
    taken_count: taken,
    ambiguous: false,
  };
}

function execution(
  key: string,
  startMs: number,
  durationMs: number,
  more: Partial<Execution> = {},
): Execution {
  return {
    span_id: `span-${key}-${startMs}`,
    node_key: key,
    kind: "node",
    name: key,
    run_span_id: "run",
    group_span_id: null,
    position: 1,
    iteration: 1,
    start_time_unix_nano: at(startMs),
    duration_ns: long(durationMs),
    failed: false,
    error_type: null,
    error_message: null,
    cancelled: false,
    cancelled_reason: null,
    outlived_run: false,
    state_event_count: 0,
    matched_by: "runtime_id",
    ...more,
  };
}

function stateEvent(place: number, store: string, ms: number, nodeKey: string): StateEvent {
  return {
    store_id: store,
    at: place,
    id: `${store}-${place}`,
    action: `set_${place}`,
    sequence: place,
    revision_before: place - 1,
    revision_after: place,
    time_unix_nano: at(ms),
    span_id: `span-${nodeKey}`,
    span_name: nodeKey,
    node_key: nodeKey,
    node_span_id: null,
    patch: [],
    patch_omitted: false,
    patch_error: null,
    late: false,
    exact: true,
  };
}

/**
 * A loop, a concurrent group and a subflow: `start → work ⟲ → group(left, right) → sub(inner) → end`, where `right` fails,
 * `spare` is never reached, and both stores change.
 */
export function runDetail(): RunDetail {
  return {
    service: "shop",
    service_namespace: null,
    service_version: null,
    outcome: "failed",
    evidence: "complete",
    findings: [],
    finding_count: 0,
    withheld: [],
    withheld_count: 0,
    replay: "verified",
    start_time: "2026-11-21T01:49:56Z",
    trace_id: "t".repeat(32),
    span_id: "run",
    name: "Order Intake",
    kind: "workflow",
    vocabulary: "contract",
    contract_version: 3,
    definition_id: "definition",
    runtime_id: "runtime",
    structural_id: "graph_1",
    start_time_unix_nano: at(0),
    duration_ns: long(100),
    failed: true,
    cancelled: false,
    cancelled_reason: null,
    failure: null,
    parent: null,
    correlation: null,
    evaluation: null,
    agent: null,
    node_count: 6,
    graph: {
      version: 2,
      structural_id: "graph_1",
      nodes: [
        node("start", { is_source: true }),
        node("work", { execution_count: 2, duration_ns: long(40) }),
        node("group", { kind: "run_concurrent", duration_ns: long(30) }),
        node("left", { group_key: "group", duration_ns: long(20) }),
        node("right", { group_key: "group", error_count: 1 }),
        node("sub", { kind: "subflow", duration_ns: long(10) }),
        node("inner", { subflow_key: "sub" }),
        node("spare", { execution_count: 0, is_sink: true, duration_ns: "0" }),
      ],
      edges: [
        edge("start", "work", 1),
        edge("work", "work", 1, "not done"),
        edge("work", "group", 1),
        edge("group", "sub", 1),
        edge("group", "spare", 0, "nothing found"),
      ],
    },
    executions: [
      execution("start", 0, 10),
      execution("work", 10, 20),
      execution("work", 30, 20, { iteration: 2 }),
      execution("group", 50, 30, { kind: "run_concurrent" }),
      execution("left", 50, 20),
      execution("right", 50, 30, { failed: true, error_type: "Timeout" }),
      execution("sub", 80, 10, { kind: "subflow" }),
      execution("inner", 82, 5),
    ],
    nested_runs: [],
    operations: [],
    stores: [],
    state_events: [
      stateEvent(1, "a", 5, "start"),
      stateEvent(2, "a", 20, "work"),
      stateEvent(1, "b", 84, "inner"),
      stateEvent(3, "a", 90, "sub"),
    ],
    state_event_count: 4,
    hook_problems: [],
    warnings: [],
  };
}

type Call = RunDetail["operations"][number];

function call(spanId: string, target: string, startMs: number, more: Partial<Call> = {}): Call {
  return {
    span_id: spanId,
    name: `call of ${target}`,
    type: "model_request",
    sequence: 1,
    ordinal: 1,
    target,
    response_type: null,
    fixture: false,
    start_time_unix_nano: at(startMs),
    duration_ns: long(20),
    failed: false,
    error_type: null,
    error_message: null,
    ...more,
  };
}

/** An agent that asks a model, runs a tool and asks the model again; its last change comes after all calls. */
export function agentDetail(): RunDetail {
  return {
    ...runDetail(),
    span_id: "agent",
    name: "Support Agent",
    kind: "agent",
    graph: null,
    executions: [],
    operations: [
      call("first", "gpt-4.1", 0),
      call("lookup", "search", 30, { type: "tool", failed: true }),
      call("second", "gpt-4.1", 60),
    ],
  };
}
