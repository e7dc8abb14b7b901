/** The declared graph with the run laid over it. Pans and zooms; nodes are buttons; subflows unfold in place. */
import "@xyflow/react/dist/base.css";
import { useQuery } from "@tanstack/react-query";
import {
  Background,
  ReactFlow,
  ReactFlowProvider,
  useNodesInitialized,
  useReactFlow,
  ViewportPortal,
} from "@xyflow/react";
import { Maximize, Minus, Plus } from "lucide-react";
import { useEffect, useMemo, useRef } from "react";
import { Button } from "@/components/ui/button";
import { ErrorState, Skeleton } from "@/components/ui/states";
import { fromElk, type GraphLayout, isContainer, roomiest, toElk } from "@/features/run/model/elk-graph";
import type { NodeState } from "@/features/run/model/node-state";
import type { GraphEdge, GraphNode } from "@/features/run/model/run-view";
import { EdgeLayer } from "./edge-layer";
import type { FlowCard } from "./flow-card";
import { FlowNodeCard, FlowNodeFrame } from "./flow-node";
import { layoutGraph } from "./layout-graph";

interface WorkflowCanvasProps {
  /** Tells one graph from another, for the cache of layouts. */
  graphId: string;
  nodes: GraphNode[];
  edges: GraphEdge[];
  states: ReadonlyMap<string, NodeState>;
  /** Figures beside the duration, for example a percentile over all runs. */
  notes?: ReadonlyMap<string, string>;
  /** Share of the runs that took each edge, 0 to 1, where the graph stands for many runs. */
  edgeShares?: ReadonlyMap<string, number>;
  expanded: ReadonlySet<string>;
  selected: string | undefined;
  /** The node that the present state event comes from. */
  current: string | undefined;
  onSelect: (key: string | undefined) => void;
  onToggle: (key: string) => void;
}

export function WorkflowCanvas(props: WorkflowCanvasProps) {
  return (
    <ReactFlowProvider>
      <Canvas {...props} />
    </ReactFlowProvider>
  );
}

const NODE_TYPES = { card: FlowNodeCard, frame: FlowNodeFrame };
const DIRECTIONS = ["RIGHT", "DOWN"] as const;
const FALLBACK_SPACE = { width: 800, height: 560 };
const FIT = { padding: 0.12, maxZoom: 1.1, duration: 180 };

function Canvas(props: WorkflowCanvasProps) {
  const { graphId, nodes, edges, expanded, onSelect } = props;
  const host = useRef<HTMLDivElement>(null);
  const folding = [...expanded].sort().join(",");
  const layout = useQuery({
    queryKey: ["otel", "graph-layout", graphId, nodes.length, edges.length, folding],
    queryFn: async ({ signal }) => {
      const layouts = await Promise.all(
        DIRECTIONS.map((direction) => layoutGraph(toElk({ nodes, edges }, expanded, direction), signal)),
      );
      const space = host.current?.getBoundingClientRect();
      return roomiest(layouts.map(fromElk), space?.width ? space : FALLBACK_SPACE);
    },
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: (before) => before,
  });
  const cards = useCards(props, layout.data);
  const { fitView, zoomIn, zoomOut } = useReactFlow();
  const moved = useRef(false);
  const size = layout.data ? `${layout.data.width}x${layout.data.height}` : "";

  const measured = useNodesInitialized();
  // A new layout is fitted, unless somebody has chosen what to look at.
  useEffect(() => {
    if (size !== "" && measured && !moved.current) void fitView(FIT);
  }, [size, measured, fitView]);

  if (layout.error) return <ErrorState error={layout.error} onRetry={() => layout.refetch()} />;
  if (!layout.data) {
    return (
      <div ref={host} className="h-full p-6">
        <Skeleton className="h-full" />
      </div>
    );
  }
  return (
    <div ref={host} className="relative h-full min-h-0 w-full">
      <ReactFlow
        nodes={cards}
        edges={NO_EDGES}
        nodeTypes={NODE_TYPES}
        fitView
        fitViewOptions={FIT}
        minZoom={0.15}
        maxZoom={2}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        zoomOnDoubleClick={false}
        onlyRenderVisibleElements={cards.length > 300}
        proOptions={{ hideAttribution: true }}
        onPaneClick={() => onSelect(undefined)}
        onMoveStart={(event) => {
          if (event) moved.current = true;
        }}
      >
        <Background gap={22} size={1} color="var(--line)" />
        <ViewportPortal>
          <EdgeLayer edges={edges} layout={layout.data} shares={props.edgeShares} states={props.states} />
        </ViewportPortal>
      </ReactFlow>
      <div className="absolute right-3 bottom-3 flex overflow-hidden rounded-md border border-line-strong bg-raised">
        <Button weight="ghost" size="icon" aria-label="Zoom out" onClick={() => void zoomOut()}>
          <Minus size={14} />
        </Button>
        <Button weight="ghost" size="icon" aria-label="Zoom in" onClick={() => void zoomIn()}>
          <Plus size={14} />
        </Button>
        <Button
          weight="ghost"
          size="icon"
          aria-label="Fit the graph"
          onClick={() => {
            moved.current = false;
            void fitView(FIT);
          }}
        >
          <Maximize size={14} />
        </Button>
      </div>
    </div>
  );
}

const NO_EDGES: never[] = [];
/** xyflow lets clicks through nodes that it neither drags nor selects, and with them the buttons inside. */
const CLICKABLE = { pointerEvents: "all" } as const;

function useCards(props: WorkflowCanvasProps, layout: GraphLayout | undefined): FlowCard[] {
  const { nodes, states, notes, expanded, selected, current, onSelect, onToggle } = props;
  return useMemo(() => {
    if (!layout) return [];
    return nodes.flatMap((node): FlowCard[] => {
      const place = layout.nodes.get(node.key);
      if (!place) return [];
      const container = isContainer(node, expanded);
      return [
        {
          id: node.key,
          type: container ? "frame" : "card",
          position: { x: place.x, y: place.y },
          width: place.width,
          height: place.height,
          zIndex: container ? 0 : 1,
          style: CLICKABLE,
          data: {
            node,
            state: states.get(node.key),
            note: notes?.get(node.key),
            selected: node.key === selected,
            current: node.key === current,
            expanded: expanded.has(node.key),
            onSelect,
            onToggle,
          },
        },
      ];
    });
  }, [nodes, layout, states, notes, expanded, selected, current, onSelect, onToggle]);
}
