/** One span of the waterfall: its place in the tree, what it is, and when it ran. */
import { ChevronRight, Diamond, Unlink } from "lucide-react";
import { memo } from "react";
import { type CriticalPath, nanosOnPath } from "@/features/trace/model/critical-path";
import { placeInWindow, type TimeWindow } from "@/features/trace/model/time-window";
import { cn } from "@/lib/cn";
import { formatDuration } from "@/lib/format/duration";
import { formatCompact, formatCost } from "@/lib/format/number";
import type { TraceModel } from "@/telemetry/trace/build-trace";
import type { TraceSpan } from "@/telemetry/trace/trace-query";
import { shortModel } from "@/telemetry/vocabulary/models";
import { Tokens } from "@/telemetry/vocabulary/numbers";
import { RoleMark } from "@/telemetry/vocabulary/role-mark";
import { roleColor } from "@/telemetry/vocabulary/roles";
import { ErrorMark } from "@/telemetry/vocabulary/status";

const INDENT_PX = 16;
/** Deeper levels are not indented further: the names must stay readable. */
const INDENT_LEVELS_MAX = 16;

interface WaterfallRowProps {
  model: TraceModel;
  index: number;
  /** The first words that went in, where they are known. */
  preview: string | undefined;
  top: number;
  height: number;
  /** One-based place among the visible rows. */
  position: number;
  selected: boolean;
  folded: boolean;
  dimmed: boolean;
  markOrphan: boolean;
  /** Figures instead of bars. */
  tree: boolean;
  window: TimeWindow;
  critical: CriticalPath | undefined;
  onSelect: (spanId: string) => void;
  onToggleFold: (spanId: string) => void;
}

export function rowDomId(spanId: string): string {
  return `span-${spanId}`;
}

export const WaterfallRow = memo(function WaterfallRow(props: WaterfallRowProps) {
  const {
    model,
    index,
    preview,
    top,
    height,
    position,
    selected,
    folded,
    dimmed,
    markOrphan,
    tree,
    window,
    critical,
    onSelect,
    onToggleFold,
  } = props;
  const span = model.spans[index] as TraceSpan;
  const depth = model.depth[index] ?? 0;
  const below = (model.end[index] ?? 0) - index - 1;
  const indent = Math.min(depth, INDENT_LEVELS_MAX) * INDENT_PX;
  const failed = span.status === "error";

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree around it handles the keys
    // biome-ignore lint/a11y/useFocusableInteractive: the tree owns the focus (aria-activedescendant)
    <div
      id={rowDomId(span.span_id)}
      role="treeitem"
      aria-level={depth + 1}
      aria-posinset={position}
      aria-selected={selected}
      aria-expanded={below > 0 ? !folded : undefined}
      onClick={() => onSelect(span.span_id)}
      className={cn(
        "absolute inset-x-0 flex cursor-default items-center hover:bg-hover",
        selected &&
          "bg-accent/12 shadow-[inset_2px_0_var(--accent)] hover:bg-accent/16 group-focus-visible/tree:outline-2 group-focus-visible/tree:outline-accent group-focus-visible/tree:-outline-offset-2",
        dimmed && "opacity-65",
      )}
      style={{ height, transform: `translateY(${top}px)` }}
    >
      <div
        className="@container flex h-full min-w-0 shrink-0 items-center pr-2"
        style={{ width: "var(--names)" }}
      >
        <span
          aria-hidden
          className="h-full shrink-0 bg-[repeating-linear-gradient(to_right,transparent_0_15px,var(--line)_15px_16px)]"
          style={{ width: indent }}
        />
        <FoldButton
          below={below}
          folded={folded}
          name={span.name}
          onClick={() => onToggleFold(span.span_id)}
        />
        <RoleMark spanRole={span.role} kind={span.kind} />
        <span
          className={cn(
            "ml-2 min-w-0 truncate",
            preview !== undefined && "shrink-0 basis-auto @min-[240px]:max-w-[62%]",
            selected && "font-medium",
            failed && "text-danger-text",
          )}
        >
          {span.name || "(no name)"}
        </span>
        {preview !== undefined && (
          <span
            title={preview}
            className="ml-2.5 hidden min-w-0 flex-1 truncate text-faint text-xs @min-[240px]:block"
          >
            {preview}
          </span>
        )}
        <RowFacts
          model={model}
          index={index}
          folded={folded}
          below={below}
          markOrphan={markOrphan}
          figures={!tree}
        />
      </div>
      {tree ? (
        <Figures model={model} index={index} />
      ) : (
        <Bar model={model} index={index} window={window} critical={critical} />
      )}
    </div>
  );
});

interface FoldButtonProps {
  below: number;
  folded: boolean;
  name: string;
  onClick: () => void;
}

function FoldButton({ below, folded, name, onClick }: FoldButtonProps) {
  if (below === 0) return <span aria-hidden className="w-5 shrink-0" />;
  return (
    <button
      type="button"
      tabIndex={-1}
      aria-label={`${folded ? "Unfold" : "Fold"} ${name}`}
      onClick={(event) => {
        event.stopPropagation();
        onClick();
      }}
      className="grid h-full w-5 shrink-0 place-items-center text-faint hover:text-text"
    >
      <ChevronRight size={14} className={cn("transition-transform", !folded && "rotate-90")} aria-hidden />
    </button>
  );
}

interface RowFactsProps {
  model: TraceModel;
  index: number;
  folded: boolean;
  below: number;
  markOrphan: boolean;
  /** Tokens and cost, unless they have columns of their own. */
  figures: boolean;
}

/** What the row adds to the name, most telling first; the rest appears as the column gets wider. */
function RowFacts({ model, index, folded, below, markOrphan, figures }: RowFactsProps) {
  const span = model.spans[index] as TraceSpan;
  const up = model.parent[index] ?? -1;
  const newService = up < 0 || model.spans[up]?.service !== span.service;
  const errorsBelow = folded ? (model.errorsBelow[index] ?? 0) : 0;
  return (
    <span className="ml-auto flex shrink-0 items-center gap-2 pl-2 text-2xs text-faint tnum">
      {markOrphan && model.orphan[index] === 1 && (
        <Unlink size={12} aria-label="Parent span has not arrived">
          <title>Parent span has not arrived</title>
        </Unlink>
      )}
      {span.state_event_count > 0 && (
        <span className="flex items-center gap-0.5 text-[var(--role-workflow)]" title="State changes">
          <Diamond size={10} aria-hidden /> {span.state_event_count}
        </span>
      )}
      {figures && span.role === "llm" && (span.input_tokens !== null || span.output_tokens !== null) && (
        <span className="hidden @min-[260px]:inline">
          <Tokens input={span.input_tokens} output={span.output_tokens} />
        </span>
      )}
      {figures && span.role === "llm" && span.cost_usd !== null && (
        <span className="hidden @min-[360px]:inline">{formatCost(span.cost_usd)}</span>
      )}
      {folded && <span className="rounded-sm bg-hover px-1">+{formatCompact(below)}</span>}
      {errorsBelow > 0 && <ErrorMark count={errorsBelow} label={`${errorsBelow} errors inside`} />}
      {span.status === "error" && <ErrorMark />}
      <span className="text-muted md:hidden">{formatDuration(model.durationNanos[index] ?? 0)}</span>
      {newService && index > 0 && (
        <span className="hidden max-w-28 truncate rounded-sm border border-line px-1 @min-[300px]:inline">
          {span.service}
        </span>
      )}
    </span>
  );
}

interface BarProps {
  model: TraceModel;
  index: number;
  window: TimeWindow;
  critical: CriticalPath | undefined;
}

function Bar({ model, index, window, critical }: BarProps) {
  const span = model.spans[index] as TraceSpan;
  const duration = model.durationNanos[index] ?? 0;
  const place = placeInWindow(window, model.offsetNanos[index] ?? 0, duration);
  const color = span.status === "error" ? "var(--danger)" : roleColor(span.role);
  const offPath = critical !== undefined && nanosOnPath(critical, index) === 0;
  return (
    <div className="pointer-events-none absolute inset-x-3 bottom-0 h-[5px] overflow-hidden md:relative md:inset-x-auto md:mr-3 md:ml-2 md:h-full md:min-w-0 md:flex-1">
      {place && (
        <>
          <span
            className="absolute bottom-[3px] h-[2px] min-w-[2px] rounded-[3px] md:top-1/2 md:bottom-auto md:h-[14px] md:-translate-y-1/2"
            style={{
              left: `${place.left}%`,
              width: `${place.width}%`,
              backgroundColor: color,
              opacity: offPath ? 0.3 : 0.88,
            }}
          />
          {critical && <Segments path={critical} index={index} window={window} />}
          <span
            className="absolute top-1/2 hidden -translate-y-1/2 whitespace-nowrap px-1.5 text-2xs leading-[14px] tnum md:block"
            style={labelPlace(place.left, place.left + place.width, offPath)}
          >
            {formatDuration(duration)}
          </span>
        </>
      )}
    </div>
  );
}

/** Segments drawn per span; a span with more of them looks the same. */
const SEGMENTS_MAX = 50;

/** The parts of the bar that the trace's end was waiting for. */
function Segments({ path, index, window }: { path: CriticalPath; index: number; window: TimeWindow }) {
  const first = path.firstSegment[index] ?? 0;
  const last = Math.min(path.firstSegment[index + 1] ?? 0, first + SEGMENTS_MAX);
  const marks = [];
  for (let at = first; at < last; at++) {
    const start = path.startNanos[at] ?? 0;
    const place = placeInWindow(window, start, (path.endNanos[at] ?? 0) - start);
    if (!place) continue;
    marks.push(
      <span
        key={at}
        className="absolute bottom-0 h-[2px] min-w-[2px] bg-text md:top-[calc(50%+8px)] md:bottom-auto"
        style={{ left: `${place.left}%`, width: `${place.width}%` }}
      />,
    );
  }
  return marks;
}

/** The tree's columns. */
function Figures({ model, index }: { model: TraceModel; index: number }) {
  const span = model.spans[index] as TraceSpan;
  return (
    <div className="grid h-full min-w-0 flex-1 grid-cols-[minmax(0,1fr)_76px_60px_60px] items-center gap-3 pr-4 pl-2 text-right text-muted text-xs tnum">
      <span className="truncate text-left">{span.model === null ? "" : shortModel(span.model)}</span>
      <span>
        {(span.input_tokens !== null || span.output_tokens !== null) && (
          <Tokens input={span.input_tokens} output={span.output_tokens} />
        )}
      </span>
      <span>{span.cost_usd === null ? "" : formatCost(span.cost_usd)}</span>
      <span className="text-text">{formatDuration(model.durationNanos[index] ?? 0)}</span>
    </div>
  );
}

export function FigureHeads() {
  return (
    <div className="grid min-w-0 flex-1 grid-cols-[minmax(0,1fr)_76px_60px_60px] gap-3 pr-4 pl-2 text-right">
      <span className="text-left">Model</span>
      <span>Tokens</span>
      <span>Cost</span>
      <span>Duration</span>
    </div>
  );
}

/** Beside the bar where there is room: after it, before it, or inside its end. */
function labelPlace(left: number, right: number, pale: boolean) {
  if (right < 84) return { left: `${right}%`, color: "var(--muted)" };
  if (left > 18) return { right: `${100 - left}%`, color: "var(--muted)" };
  return {
    right: `${100 - Math.min(right, 100)}%`,
    color: pale ? "var(--text)" : "var(--surface)",
    fontWeight: 500,
  };
}
