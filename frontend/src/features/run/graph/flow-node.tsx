/** A node of the graph as a card, and a group or unfolded subflow as a frame around others. */
import type { NodeProps } from "@xyflow/react";
import { ChevronDown, ChevronRight, CircleAlert, CircleSlash } from "lucide-react";
import type { NodeState, Phase } from "@/features/run/model/node-state";
import type { GraphNode } from "@/features/run/model/run-view";
import { cn } from "@/lib/cn";
import { formatDuration } from "@/lib/format/duration";
import { plural } from "@/lib/format/number";
import { RoleMark } from "@/telemetry/vocabulary/role-mark";
import type { FlowCard } from "./flow-card";

export const PHASE_CLASS: Record<Phase, string> = {
  never: "border-line-strong border-dashed bg-transparent",
  waiting: "border-line-strong border-dashed bg-transparent",
  active: "border-accent",
  done: "border-line-strong",
  failed: "border-danger",
  cancelled: "border-warn",
};

/** Where the present step happened. */
export const CURRENT_CLASS =
  "border-accent shadow-[0_0_0_3px_color-mix(in_oklab,var(--accent)_30%,transparent)]";

export const PHASE_WORD: Record<Phase, string> = {
  never: "not executed",
  waiting: "not yet executed",
  active: "running",
  done: "executed",
  failed: "failed",
  cancelled: "cancelled",
};

/** Places that fit; a loop that ran more often shows the first and the last ones. */
const ORDERS_MAX = 4;

export function FlowNodeCard({ data }: NodeProps<FlowCard>) {
  const { node, state, note, selected, current, onSelect, onToggle } = data;
  const phase = state?.phase ?? "never";
  return (
    <div
      className={cn(
        "group relative flex h-full flex-col overflow-hidden rounded-lg border bg-raised transition-[border-color,box-shadow,opacity]",
        PHASE_CLASS[phase],
        current && CURRENT_CLASS,
        selected && "outline-2 outline-accent outline-offset-2",
      )}
    >
      <button
        type="button"
        aria-label={describe(node, state)}
        aria-pressed={selected}
        onClick={() => onSelect(node.key)}
        className="flex min-h-0 flex-1 flex-col justify-center gap-0.5 px-2.5 text-left outline-none focus-visible:bg-hover"
      >
        <span className="flex w-full min-w-0 items-center gap-2">
          <RoleMark spanRole={node.kind} />
          <span
            className={cn("min-w-0 flex-1 truncate font-medium text-sm", isAhead(phase) && "text-faint")}
            title={node.label}
          >
            {node.label}
          </span>
          {phase === "failed" && <CircleAlert size={14} className="shrink-0 text-danger-text" aria-hidden />}
          {phase === "cancelled" && <CircleSlash size={14} className="shrink-0 text-warn" aria-hidden />}
          {(state?.total ?? 0) > 1 && (
            <span className="shrink-0 rounded-full bg-accent/15 px-1.5 font-semibold text-2xs text-accent-text tnum">
              {state && state.count < state.total ? `${state.count}/${state.total}` : `×${state?.total}`}
            </span>
          )}
        </span>
        <span className="flex w-full min-w-0 items-center gap-2 pl-[26px] text-2xs text-faint tnum">
          <span className="truncate">{note ?? figures(state)}</span>
          {node.kind !== "subflow" && state && state.orders.length > 0 && (
            <span className="ml-auto shrink-0" title="Order of execution">
              {orders(state.orders)}
            </span>
          )}
        </span>
      </button>
      {node.kind === "subflow" && (
        <button
          type="button"
          aria-label={`Unfold ${node.label}`}
          title="Unfold"
          onClick={() => onToggle(node.key)}
          className="absolute right-1 bottom-1 grid size-6 place-items-center rounded-sm text-faint hover:bg-hover hover:text-text"
        >
          <ChevronRight size={14} />
        </button>
      )}
      <span
        aria-hidden
        className={cn("absolute bottom-0 left-0 h-[3px]", phase === "failed" ? "bg-danger" : "bg-accent")}
        style={{
          width: `${(state?.heat ?? 0) * 100}%`,
          opacity: phase === "waiting" ? 0 : 0.35 + 0.65 * (state?.heat ?? 0),
        }}
      />
    </div>
  );
}

export function FlowNodeFrame({ data }: NodeProps<FlowCard>) {
  const { node, state, note, selected, current, onSelect, onToggle } = data;
  const phase = state?.phase ?? "never";
  return (
    <div
      className={cn(
        "h-full rounded-xl border bg-[color-mix(in_oklab,var(--raised)_45%,transparent)]",
        PHASE_CLASS[phase],
        current && "border-accent",
        selected && "outline-2 outline-accent outline-offset-2",
      )}
    >
      <div className="flex h-8 items-center gap-2 px-2.5">
        <button
          type="button"
          aria-label={describe(node, state)}
          aria-pressed={selected}
          onClick={() => onSelect(node.key)}
          className="flex min-w-0 flex-1 items-center gap-2 text-left"
        >
          <RoleMark spanRole={node.kind} />
          <span className="min-w-0 truncate font-medium text-xs" title={node.label}>
            {node.label}
          </span>
          <span className="shrink-0 text-2xs text-faint tnum">
            {note ?? figures(state)}
            {node.kind === "run_concurrent" && " · in parallel"}
          </span>
        </button>
        {node.kind === "subflow" && (
          <button
            type="button"
            aria-label={`Fold ${node.label}`}
            title="Fold"
            onClick={() => onToggle(node.key)}
            className="grid size-6 shrink-0 place-items-center rounded-sm text-faint hover:bg-hover hover:text-text"
          >
            <ChevronDown size={14} />
          </button>
        )}
      </div>
    </div>
  );
}

/** Not reached at this moment, or never. */
function isAhead(phase: Phase): boolean {
  return phase === "never" || phase === "waiting";
}

function figures(state: NodeState | undefined): string {
  if (!state || state.total === 0) return "not executed";
  return formatDuration(state.durationNanos);
}

function orders(places: readonly number[]): string {
  if (places.length <= ORDERS_MAX) return places.map((place) => `#${place}`).join(" ");
  return `#${places[0]} … #${places.at(-1)}`;
}

function describe(node: GraphNode, state: NodeState | undefined): string {
  const phase = state?.phase ?? "never";
  const times = state && state.total > 1 ? `, ${plural(state.total, "time")}` : "";
  return `${node.label}, ${PHASE_WORD[phase]}${times}`;
}
