/** What the canvas tells each card: its node, how that looks at this moment, and what clicks do. */
import type { Node } from "@xyflow/react";
import type { NodeState } from "@/features/run/model/node-state";
import type { GraphNode } from "@/features/run/model/run-view";

interface CardData extends Record<string, unknown> {
  node: GraphNode;
  state: NodeState | undefined;
  note: string | undefined;
  selected: boolean;
  current: boolean;
  expanded: boolean;
  onSelect: (key: string) => void;
  onToggle: (key: string) => void;
}

export type FlowCard = Node<CardData>;
