/** How the nodes of a graph look when they stand for many runs. Pure. */
import { formatDuration } from "@/lib/format/duration";
import { formatShare } from "@/lib/format/share";
import type { NodeState } from "./node-state";

interface OverlayNode {
  key: string;
  kind: string;
  run_count: number;
  execution_count: number;
  error_count: number;
  p95_duration_ns: string | null;
}

export interface OverlayLook {
  states: Map<string, NodeState>;
  notes: Map<string, string>;
}

export function overlayLook(nodes: readonly OverlayNode[]): OverlayLook {
  const longest = Math.max(
    0,
    ...nodes.filter(({ kind }) => kind === "node").map((node) => Number(node.p95_duration_ns ?? 0)),
  );
  const states = new Map<string, NodeState>();
  const notes = new Map<string, string>();
  for (const node of nodes) {
    const p95 = Number(node.p95_duration_ns ?? 0);
    states.set(node.key, {
      phase: node.execution_count === 0 ? "never" : node.error_count > 0 ? "failed" : "done",
      count: Math.min(1, node.execution_count),
      total: Math.min(1, node.execution_count),
      orders: [],
      durationNanos: p95,
      heat: longest > 0 ? Math.min(1, p95 / longest) : 0,
    });
    notes.set(node.key, noteOf(node, p95));
  }
  return { states, notes };
}

function noteOf(node: OverlayNode, p95: number): string {
  if (node.execution_count === 0) return "never executed";
  const failed =
    node.error_count > 0 ? ` · ${formatShare(node.error_count, node.execution_count)} failed` : "";
  return `P95 ${formatDuration(p95)}${failed}`;
}
