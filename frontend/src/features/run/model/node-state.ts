/** How each node of the graph looks at one moment of the run: what has run, what runs, what failed. Pure. */
import type { AgentCall, Execution, FlowNode, RunView } from "./run-view";

export type Phase = "waiting" | "active" | "done" | "failed" | "cancelled" | "never";

export interface NodeState {
  phase: Phase;
  /** Executions that have started by then. */
  count: number;
  total: number;
  /** Places in the run of its executions. */
  orders: number[];
  durationNanos: number;
  /** Share of the longest node, 0 to 1. */
  heat: number;
}

const NEVER: NodeState = { phase: "never", count: 0, total: 0, orders: [], durationNanos: 0, heat: 0 };

/** `timeNanos` undefined means the end of the run. */
export function nodeStates(run: RunView, timeNanos: number | undefined): Map<string, NodeState> {
  const now = timeNanos ?? Number.POSITIVE_INFINITY;
  const longest = longestLeaf(run.nodes);
  const states = new Map<string, NodeState>();
  for (const node of run.nodes) {
    const executions = run.executionsByNode.get(node.key);
    if (!executions) {
      states.set(node.key, NEVER);
      continue;
    }
    const durationNanos = Number(node.duration_ns);
    states.set(node.key, {
      phase: phaseAt(executions, now),
      count: executions.filter(({ startNanos }) => startNanos <= now).length,
      total: executions.length,
      orders: executions.map(({ order }) => order),
      durationNanos,
      heat: longest > 0 ? Math.min(1, durationNanos / longest) : 0,
    });
  }
  return states;
}

/** The same of one call of an agent. */
export function callPhase(call: AgentCall, timeNanos: number | undefined): Phase {
  return phaseAt(
    [{ ...call, outcome: call.failed ? "failed" : "ok" }],
    timeNanos ?? Number.POSITIVE_INFINITY,
  );
}

/** Groups and subflows hold what is inside them, so the scale is that of single nodes. */
function longestLeaf(nodes: readonly FlowNode[]): number {
  return nodes.reduce(
    (longest, node) => (node.kind === "node" ? Math.max(longest, Number(node.duration_ns)) : longest),
    0,
  );
}

type Timed = Pick<Execution, "startNanos" | "endNanos" | "outcome">;

/** The latest execution that has begun decides. */
function phaseAt(executions: readonly Timed[], now: number): Phase {
  const last = executions.findLast(({ startNanos }) => startNanos <= now);
  if (!last) return "waiting";
  if (last.endNanos > now) return "active";
  return last.outcome === "ok" ? "done" : last.outcome;
}
