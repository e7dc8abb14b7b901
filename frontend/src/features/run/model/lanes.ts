/**
 * Rows of the timeline: one per executed node, in order of first start and below what it is inside of; for agents one of the
 * agent itself, and below it one per model or tool. Pure.
 */
import { ancestry, type Outcome, outcomeOf, type RunView } from "./run-view";

export interface LaneBar {
  spanId: string;
  label: string;
  startNanos: number;
  endNanos: number;
  outcome: Outcome;
}

export interface Lane {
  key: string;
  /** Node that the lane stands for; null for an agent and its calls. */
  nodeKey: string | null;
  label: string;
  role: string;
  depth: number;
  bars: LaneBar[];
}

/** Lanes drawn; more than these are said to be there. */
export const LANES_MAX = 200;

export function lanesOf(run: RunView): Lane[] {
  const agent = run.detail.kind === "agent" ? agentLane(run) : undefined;
  const sorted = [...(agent ? [agent] : []), ...nodeLanes(run), ...callLanes(run, agent)].sort(byFirstStart);
  const inside = new Map<string | null, Lane[]>();
  const shown = new Set(sorted.map(({ key }) => key));
  for (const lane of sorted) {
    const around = laneAround(run, lane, shown) ?? (agent && lane !== agent ? agent.key : null);
    inside.set(around, [...(inside.get(around) ?? []), lane]);
  }
  const follow = (lane: Lane): Lane[] => [lane, ...(inside.get(lane.key) ?? []).flatMap(follow)];
  return (inside.get(null) ?? []).flatMap(follow);
}

/** The nearest lane that a lane is inside of: what happens in a subflow is read below it. */
function laneAround(run: RunView, lane: Lane, shown: ReadonlySet<string>): string | null {
  if (lane.nodeKey === null) return null;
  return ancestry(run.nodeByKey, lane.nodeKey).find((key) => key !== lane.key && shown.has(key)) ?? null;
}

function nodeLanes(run: RunView): Lane[] {
  return [...run.executionsByNode].map(([key, executions]) => {
    const node = run.nodeByKey.get(key);
    return {
      key,
      nodeKey: key,
      label: node?.label ?? executions[0]?.name ?? key,
      role: node?.kind ?? "node",
      depth: node ? ancestry(run.nodeByKey, key).length - 1 : 0,
      bars: executions.map((one) => ({
        spanId: one.span_id,
        label: one.name,
        startNanos: one.startNanos,
        endNanos: one.endNanos,
        outcome: one.outcome,
      })),
    };
  });
}

/** What the agent does between its calls, such as to end its run, is on a lane of its own. */
function agentLane({ detail }: RunView): Lane {
  const bar = {
    spanId: detail.span_id,
    label: detail.name,
    startNanos: 0,
    endNanos: Number(detail.duration_ns),
    outcome: outcomeOf(detail),
  };
  return { key: "agent", nodeKey: null, label: detail.name, role: "agent", depth: 0, bars: [bar] };
}

function callLanes(run: RunView, agent: Lane | undefined): Lane[] {
  const lanes = new Map<string, Lane>();
  for (const call of run.calls) {
    const role = call.type === "tool" ? "tool" : "llm";
    const label = call.target ?? call.name;
    const key = `${role} ${label}`;
    const lane = lanes.get(key) ?? { key, nodeKey: null, label, role, depth: agent ? 1 : 0, bars: [] };
    lane.bars.push({
      spanId: call.span_id,
      label: call.name,
      startNanos: call.startNanos,
      endNanos: call.endNanos,
      outcome: call.failed ? "failed" : "ok",
    });
    lanes.set(key, lane);
  }
  return [...lanes.values()];
}

function byFirstStart(a: Lane, b: Lane): number {
  const start = (lane: Lane) => lane.bars[0]?.startNanos ?? 0;
  return start(a) - start(b) || a.depth - b.depth;
}
