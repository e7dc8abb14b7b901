/** The edges of the graph: solid where the run went, dashed where it could have gone, with conditions and counts. */
import { type GraphLayout, roundedPath } from "@/features/run/model/elk-graph";
import type { NodeState } from "@/features/run/model/node-state";
import type { GraphEdge } from "@/features/run/model/run-view";
import { cn } from "@/lib/cn";
import { formatShare } from "@/lib/format/share";

interface EdgeLayerProps {
  edges: readonly GraphEdge[];
  layout: GraphLayout;
  states: ReadonlyMap<string, NodeState>;
  shares: ReadonlyMap<string, number> | undefined;
}

export function EdgeLayer({ edges, layout, states, shares }: EdgeLayerProps) {
  const byKey = new Map(edges.map((edge) => [edge.key, edge]));
  const shown = layout.edges.flatMap((place) => {
    const edge = byKey.get(place.key);
    return edge && place.points.length > 1 ? [{ place, edge, lit: isLit(edge, states) }] : [];
  });
  return (
    <div className="pointer-events-none absolute top-0 left-0 z-0">
      <svg width={layout.width} height={layout.height} className="overflow-visible" aria-hidden="true">
        <defs>
          <Arrow id="flow-arrow" color="var(--accent)" />
          <Arrow id="flow-arrow-dim" color="var(--line-strong)" />
        </defs>
        {shown.map(({ place, edge, lit }) => (
          <path
            key={place.key}
            d={roundedPath(place.points)}
            fill="none"
            stroke={lit ? "var(--accent)" : "var(--line-strong)"}
            strokeWidth={shares ? 1 + 3.5 * (shares.get(edge.key) ?? 0) : lit ? 1.75 : 1.25}
            strokeDasharray={edge.taken_count > 0 ? undefined : "5 4"}
            markerEnd={`url(#${lit ? "flow-arrow" : "flow-arrow-dim"})`}
          />
        ))}
      </svg>
      {shown.map(({ place, edge, lit }) => {
        const share = shares?.get(edge.key);
        const times = edge.taken_count > 1 ? `×${edge.taken_count}` : undefined;
        const note = shares ? formatShare(share ?? 0, 1) : times;
        const at = place.label ?? middle(place.points);
        if (edge.condition === null && note === undefined) return null;
        return (
          <span
            key={place.key}
            title={edge.condition === null ? undefined : `Taken when ${edge.condition}`}
            className={cn(
              "absolute flex h-[18px] max-w-[190px] -translate-x-1/2 -translate-y-1/2 items-center gap-1 rounded-full border bg-surface px-1.5 text-2xs",
              lit ? "border-accent/50 text-accent-text" : "border-line-strong text-faint",
            )}
            style={{ left: at.x, top: at.y }}
          >
            {edge.condition !== null && <span className="truncate">{edge.condition}</span>}
            {note !== undefined && <span className="shrink-0 font-semibold tnum">{note}</span>}
          </span>
        );
      })}
    </div>
  );
}

/** Lit once the run has gone this way: the edge was taken, and what it leads to has begun. */
function isLit(edge: GraphEdge, states: ReadonlyMap<string, NodeState>): boolean {
  return edge.taken_count > 0 && (states.get(edge.head_key)?.count ?? 1) > 0;
}

function middle(points: readonly { x: number; y: number }[]) {
  const at = Math.floor((points.length - 1) / 2);
  const from = points[at] ?? { x: 0, y: 0 };
  const to = points[at + 1] ?? from;
  return { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
}

function Arrow({ id, color }: { id: string; color: string }) {
  return (
    <marker
      id={id}
      viewBox="0 0 8 8"
      refX="7"
      refY="4"
      markerWidth="10"
      markerHeight="10"
      markerUnits="userSpaceOnUse"
      orient="auto"
    >
      <path d="M0 0.8L7 4L0 7.2z" fill={color} />
    </marker>
  );
}
