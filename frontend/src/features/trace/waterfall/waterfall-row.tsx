/** One span of the waterfall: its place in the tree, what it is, and when it ran. */
import { memo, type ReactNode } from "react";
import type { CriticalPath } from "@/features/trace/model/critical-path";
import type { TimeWindow } from "@/features/trace/model/time-window";
import { cn } from "@/lib/cn";
import type { TraceModel } from "@/telemetry/trace/build-trace";
import type { TraceSums } from "@/telemetry/trace/sums";
import type { TraceSpan } from "@/telemetry/trace/trace-query";
import { RoleMark } from "@/telemetry/vocabulary/role-mark";
import { Bar } from "./bar";
import { Figures } from "./figures";
import { FoldButton } from "./fold-button";
import { RowFacts } from "./row-facts";

const INDENT_PX = 16;
/** Deeper levels are not indented further: the names must stay readable. */
const INDENT_LEVELS_MAX = 16;

/** What stands beside the names of spans: when they ran, figures, or nothing. */
export type RowLook = "bars" | "figures" | "names";

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
  look: RowLook;
  sums: TraceSums;
  /** Where the sums have this span. */
  sumsAt: number;
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
    look,
    sums,
    sumsAt,
    window,
    critical,
    onSelect,
    onToggleFold,
  } = props;
  const span = model.spans[index] as TraceSpan;
  const depth = model.depth[index] ?? 0;
  const below = (model.end[index] ?? 0) - index - 1;

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
      <Names
        span={span}
        indent={Math.min(depth, INDENT_LEVELS_MAX) * INDENT_PX}
        preview={preview}
        selected={selected}
        fold={
          <FoldButton
            below={below}
            folded={folded}
            name={span.name}
            onClick={() => onToggleFold(span.span_id)}
          />
        }
        facts={
          <RowFacts
            model={model}
            index={index}
            folded={folded}
            below={below}
            markOrphan={markOrphan}
            figures={look !== "figures"}
            sums={sums}
            sumsAt={sumsAt}
          />
        }
      />
      {look === "figures" && <Figures model={model} index={index} sums={sums} sumsAt={sumsAt} />}
      {look === "bars" && <Bar model={model} index={index} window={window} critical={critical} />}
    </div>
  );
});

interface NamesProps {
  span: TraceSpan;
  /** Pixels. */
  indent: number;
  preview: string | undefined;
  selected: boolean;
  fold: ReactNode;
  facts: ReactNode;
}

/** The span's place in the tree, its name, and the first words that went in. */
function Names({ span, indent, preview, selected, fold, facts }: NamesProps) {
  return (
    <div
      className="@container flex h-full min-w-0 shrink-0 items-center pr-2"
      style={{ width: "var(--names)" }}
    >
      <span
        aria-hidden
        className="h-full shrink-0 bg-[repeating-linear-gradient(to_right,transparent_0_15px,var(--line)_15px_16px)]"
        style={{ width: indent }}
      />
      {fold}
      <RoleMark spanRole={span.role} kind={span.kind} />
      <span
        className={cn(
          "ml-2 min-w-0 truncate",
          preview !== undefined && "shrink-0 basis-auto @min-[240px]:max-w-[62%]",
          selected && "font-medium",
          span.status === "error" && "text-danger-text",
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
      {facts}
    </div>
  );
}
