/** Turns the part of a run's graph that is unfolded into ELK's input, and ELK's answer into places. Pure. */
import type { ElkExtendedEdge, ElkNode } from "elkjs/lib/elk-api";
import { type GraphEdge, type GraphNode, parentKey, shownAs } from "./run-view";

const NODE_WIDTH = 188;
const NODE_WIDTH_MAX = 300;
/** Mark, marks of loops and errors, and the space around a name. */
const BESIDE_NAME_PX = 98;
const NAME_CHARACTER_PX = 7.2;
/** Duration and fold button stand beside the name of a frame. */
const BESIDE_FRAME_NAME_PX = 130;
const NODE_HEIGHT = 58;
const HEADER_PX = 34;
const PADDING_PX = 14;
/** About as wide as a character of a condition's label is. */
const CHARACTER_PX = 6.2;
const LABEL_PX_MAX = 190;
const LABEL_HEIGHT = 18;

interface Place {
  x: number;
  y: number;
  width: number;
  height: number;
}

interface EdgePlace {
  key: string;
  /** Corners of the line, from tail to head. */
  points: { x: number; y: number }[];
  /** Middle of the label. */
  label: { x: number; y: number } | null;
}

export type Direction = "RIGHT" | "DOWN";

export interface GraphLayout {
  nodes: Map<string, Place>;
  edges: EdgePlace[];
  width: number;
  height: number;
}

/** Whether a node is drawn as a box around others. */
export function isContainer(node: GraphNode, expanded: ReadonlySet<string>): boolean {
  return node.kind === "run_concurrent" || (node.kind === "subflow" && expanded.has(node.key));
}

export function toElk(
  graph: { nodes: readonly GraphNode[]; edges: readonly GraphEdge[] },
  expanded: ReadonlySet<string>,
  direction: Direction = "RIGHT",
): ElkNode {
  const byKey = new Map(graph.nodes.map((node) => [node.key, node]));
  const visible = graph.nodes.filter((node) => shownAs(byKey, node.key, expanded) === node.key);
  const shown = new Set(visible.map(({ key }) => key));
  const children = grouped(visible, parentKey);
  const edges = grouped(
    graph.edges.filter(({ tail_key, head_key }) => shown.has(tail_key) && shown.has(head_key)),
    ({ tail_key }) => {
      const tail = byKey.get(tail_key);
      return tail ? parentKey(tail) : null;
    },
  );
  const build = (parent: string | null): Pick<ElkNode, "children" | "edges"> => ({
    children: fromSource(children.get(parent) ?? [], edges.get(parent) ?? []).map((node) =>
      elkNode(node, expanded, direction, build),
    ),
    edges: (edges.get(parent) ?? []).map(elkEdge),
  });
  return { id: "run", layoutOptions: { ...ROOT_OPTIONS, ...ALONG[direction] }, ...build(null) };
}

/** The graph lists its sinks right after its source; read along the edges, nodes come in the order of their run. */
function fromSource(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): GraphNode[] {
  const byKey = new Map(nodes.map((node) => [node.key, node]));
  const heads = grouped(edges, ({ tail_key }) => tail_key);
  const ordered = new Set<GraphNode>();
  for (const start of nodes) {
    const queue = [start];
    for (let node = queue.shift(); node; node = queue.shift()) {
      if (ordered.has(node)) continue;
      ordered.add(node);
      for (const { head_key } of heads.get(node.key) ?? []) {
        const head = byKey.get(head_key);
        if (head) queue.push(head);
      }
    }
  }
  return [...ordered];
}

function grouped<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

const LAYERED = {
  "elk.algorithm": "layered",
  "elk.edgeRouting": "ORTHOGONAL",
  "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
  // A loop is an edge back to what was declared before it, not a reason to turn the graph around.
  "elk.layered.cycleBreaking.strategy": "MODEL_ORDER",
  "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
  "elk.layered.spacing.edgeNodeBetweenLayers": "22",
  "elk.spacing.nodeNode": "30",
  "elk.spacing.edgeNode": "18",
  "elk.spacing.edgeLabel": "4",
};
const ROOT_OPTIONS = { ...LAYERED, "elk.padding": "[top=8,left=8,bottom=8,right=8]" };
const INSIDE = `[top=${HEADER_PX},left=${PADDING_PX},bottom=${PADDING_PX},right=${PADDING_PX}]`;
/** What runs at the same time stands across the direction of the graph. */
const GROUP_OPTIONS = {
  "elk.algorithm": "rectpacking",
  "elk.spacing.nodeNode": "14",
  "elk.padding": INSIDE,
};
const SUBFLOW_OPTIONS = { ...LAYERED, "elk.padding": INSIDE };

/** Conditions are written along the edges: lines to the right need more room for them than lines down. */
const ALONG = {
  RIGHT: { "elk.direction": "RIGHT", "elk.layered.spacing.nodeNodeBetweenLayers": "56" },
  DOWN: { "elk.direction": "DOWN", "elk.layered.spacing.nodeNodeBetweenLayers": "34" },
};

type Build = (parent: string) => Pick<ElkNode, "children" | "edges">;

function elkNode(
  node: GraphNode,
  expanded: ReadonlySet<string>,
  direction: Direction,
  build: Build,
): ElkNode {
  if (isContainer(node, expanded)) {
    const inside = build(node.key);
    if (inside.children?.length) {
      return {
        id: node.key,
        layoutOptions: {
          ...(node.kind === "run_concurrent"
            ? { ...GROUP_OPTIONS, "elk.aspectRatio": direction === "RIGHT" ? "0.2" : "4" }
            : { ...SUBFLOW_OPTIONS, ...ALONG[direction] }),
          "elk.nodeSize.constraints": "MINIMUM_SIZE",
          "elk.nodeSize.minimum": `(${nameWidth(node, BESIDE_FRAME_NAME_PX)},${NODE_HEIGHT})`,
        },
        ...inside,
      };
    }
  }
  return {
    id: node.key,
    width: Math.max(NODE_WIDTH, nameWidth(node, BESIDE_NAME_PX)),
    height: NODE_HEIGHT,
  };
}

/** Room for the name, up to a limit: a longer one is cut. */
function nameWidth(node: GraphNode, besidePx: number): number {
  return Math.min(NODE_WIDTH_MAX, Math.round(node.label.length * NAME_CHARACTER_PX + besidePx));
}

function elkEdge(edge: GraphEdge): ElkExtendedEdge {
  return {
    id: edge.key,
    sources: [edge.tail_key],
    targets: [edge.head_key],
    ...(edge.condition === null
      ? {}
      : {
          labels: [
            {
              text: edge.condition,
              width: Math.min(LABEL_PX_MAX, edge.condition.length * CHARACTER_PX + 14),
              height: LABEL_HEIGHT,
              layoutOptions: { "elk.edgeLabels.placement": "CENTER" },
            },
          ],
        }),
  };
}

/** Absolute places; ELK's own are relative to the node around them. */
export function fromElk(root: ElkNode): GraphLayout {
  const layout: GraphLayout = {
    nodes: new Map(),
    edges: [],
    width: root.width ?? 0,
    height: root.height ?? 0,
  };
  const stack: { node: ElkNode; x: number; y: number }[] = [{ node: root, x: 0, y: 0 }];
  for (let at = stack.pop(); at; at = stack.pop()) {
    const { node, x, y } = at;
    for (const edge of node.edges ?? []) layout.edges.push(edgePlace(edge, x, y));
    for (const child of node.children ?? []) {
      const place = {
        x: x + (child.x ?? 0),
        y: y + (child.y ?? 0),
        width: child.width ?? NODE_WIDTH,
        height: child.height ?? NODE_HEIGHT,
      };
      layout.nodes.set(child.id, place);
      stack.push({ node: child, x: place.x, y: place.y });
    }
  }
  return layout;
}

function edgePlace(edge: ElkExtendedEdge, x: number, y: number): EdgePlace {
  const section = edge.sections?.[0];
  const label = edge.labels?.[0];
  return {
    key: edge.id,
    points: section
      ? [section.startPoint, ...(section.bendPoints ?? []), section.endPoint].map((point) => ({
          x: x + point.x,
          y: y + point.y,
        }))
      : [],
    label: label
      ? {
          x: x + (label.x ?? 0) + (label.width ?? 0) / 2,
          y: y + (label.y ?? 0) + (label.height ?? 0) / 2,
        }
      : null,
  };
}

/** The layout that can be shown larger in the space there is. */
export function roomiest(layouts: readonly GraphLayout[], space: { width: number; height: number }) {
  const scale = (layout: GraphLayout) =>
    Math.min(space.width / Math.max(1, layout.width), space.height / Math.max(1, layout.height));
  return layouts.reduce((best, layout) => (scale(layout) > scale(best) ? layout : best));
}

const CORNER_PX = 8;

/** An SVG path through the points with rounded corners. */
export function roundedPath(points: readonly { x: number; y: number }[]): string {
  const [first, ...rest] = points;
  if (!first) return "";
  let path = `M${first.x} ${first.y}`;
  rest.forEach((point, index) => {
    const before = points[index] as { x: number; y: number };
    const after = rest[index + 1];
    if (!after) {
      path += `L${point.x} ${point.y}`;
      return;
    }
    const into = toward(point, before);
    const out = toward(point, after);
    path += `L${into.x} ${into.y}Q${point.x} ${point.y} ${out.x} ${out.y}`;
  });
  return path;
}

function toward(from: { x: number; y: number }, to: { x: number; y: number }) {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const step = Math.min(CORNER_PX, length / 2);
  return { x: from.x + ((to.x - from.x) / length) * step, y: from.y + ((to.y - from.y) / length) * step };
}
