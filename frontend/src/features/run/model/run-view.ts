/** A run as the explorer shows it: what the API says, with times relative to the run's start. Plain data, no React. */
import type { RunDetail } from "@/features/run/run-query";

type ApiGraph = NonNullable<RunDetail["graph"]>;
export type FlowNode = ApiGraph["nodes"][number];
type FlowEdge = ApiGraph["edges"][number];
/** What placing and drawing a node needs; those of one run and those of many runs have it. */
export type GraphNode = Pick<FlowNode, "key" | "kind" | "label" | "subflow_key" | "group_key">;
export type GraphEdge = Pick<FlowEdge, "key" | "tail_key" | "head_key" | "condition" | "taken_count">;
type ApiExecution = RunDetail["executions"][number];
type ApiStateEvent = RunDetail["state_events"][number];

export type Outcome = "ok" | "failed" | "cancelled";

export interface Execution extends ApiExecution {
  startNanos: number;
  endNanos: number;
  outcome: Outcome;
  /** Place among all executions of the run, from 1, in order of start. */
  order: number;
}

export interface StateEvent extends ApiStateEvent {
  /** Place among all events of the run, from 1. */
  step: number;
  timeNanos: number;
  storeName: string;
}

type ApiCall = RunDetail["operations"][number];

/** A model call or tool call of an agent. */
export interface AgentCall extends ApiCall {
  startNanos: number;
  endNanos: number;
}

export interface RunView {
  detail: RunDetail;
  nodes: FlowNode[];
  edges: FlowEdge[];
  nodeByKey: Map<string, FlowNode>;
  executions: Execution[];
  executionsByNode: Map<string, Execution[]>;
  calls: AgentCall[];
  events: StateEvent[];
  durationNanos: number;
}

export function toRunView(detail: RunDetail): RunView {
  const origin = BigInt(detail.start_time_unix_nano);
  const since = (unixNano: string) => Number(BigInt(unixNano) - origin);
  const executions = detail.executions.map((execution, index): Execution => {
    const startNanos = since(execution.start_time_unix_nano);
    return {
      ...execution,
      startNanos,
      endNanos: startNanos + Number(execution.duration_ns),
      outcome: outcomeOf(execution),
      order: index + 1,
    };
  });
  const storeNames = new Map(detail.stores.map((store) => [store.id, store.name ?? "Store"]));
  const events = detail.state_events.map(
    (event, index): StateEvent => ({
      ...event,
      step: index + 1,
      timeNanos: since(event.time_unix_nano),
      storeName: storeNames.get(event.store_id) ?? "Store",
    }),
  );
  const calls = detail.operations.map((call): AgentCall => {
    const startNanos = since(call.start_time_unix_nano);
    return { ...call, startNanos, endNanos: startNanos + Number(call.duration_ns) };
  });
  const nodes = detail.graph?.nodes ?? [];
  const durationNanos = executions.reduce(
    (longest, { endNanos }) => Math.max(longest, endNanos),
    Number(detail.duration_ns),
  );
  return {
    detail,
    nodes,
    edges: detail.graph?.edges ?? [],
    nodeByKey: new Map(nodes.map((node) => [node.key, node])),
    executions,
    executionsByNode: byNode(executions),
    calls,
    events,
    durationNanos,
  };
}

export function outcomeOf({ failed, cancelled }: { failed: boolean; cancelled: boolean }): Outcome {
  if (failed) return "failed";
  return cancelled ? "cancelled" : "ok";
}

function byNode(executions: readonly Execution[]): Map<string, Execution[]> {
  const found = new Map<string, Execution[]>();
  for (const execution of executions) {
    const list = found.get(execution.node_key);
    if (list) list.push(execution);
    else found.set(execution.node_key, [execution]);
  }
  return found;
}

/** The group or subflow that a node is directly inside of. */
export function parentKey(node: GraphNode): string | null {
  return node.group_key ?? node.subflow_key;
}

/** The node itself and all that it is inside of, innermost first. */
export function ancestry(nodes: ReadonlyMap<string, GraphNode>, key: string): string[] {
  const found: string[] = [];
  for (let at: string | null = key; at !== null && !found.includes(at); ) {
    found.push(at);
    const node = nodes.get(at);
    at = node ? parentKey(node) : null;
  }
  return found;
}

/** Where a node is shown: itself, or the outermost folded subflow around it. */
export function shownAs(
  nodes: ReadonlyMap<string, GraphNode>,
  key: string,
  expanded: ReadonlySet<string>,
): string {
  const folded = (at: string) => at !== key && nodes.get(at)?.kind === "subflow" && !expanded.has(at);
  return ancestry(nodes, key).findLast(folded) ?? key;
}
