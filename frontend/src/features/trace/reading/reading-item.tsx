/** One span of the reading view: a line that says what it is, and below it what was said, asked or found. */
import { useQuery } from "@tanstack/react-query";
import { ArrowUpRight, ChevronRight } from "lucide-react";
import { memo } from "react";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/states";
import { SubtreeCost, SubtreeTokens } from "@/features/trace/waterfall/subtree-usage";
import { cn } from "@/lib/cn";
import { formatDuration } from "@/lib/format/duration";
import { plural } from "@/lib/format/number";
import type { TraceModel } from "@/telemetry/trace/build-trace";
import { spanQuery } from "@/telemetry/trace/span-query";
import type { TraceSums } from "@/telemetry/trace/sums";
import type { TraceSpan } from "@/telemetry/trace/trace-query";
import { shortModel } from "@/telemetry/vocabulary/models";
import { describeKind, RoleMark } from "@/telemetry/vocabulary/role-mark";
import { ErrorMark } from "@/telemetry/vocabulary/status";
import { ReadingBody } from "./reading-body";

const INDENT_PX = 14;
/** Deeper spans are not indented further: their words need room. */
const INDENT_LEVELS_MAX = 6;

interface ReadingItemProps {
  traceId: string;
  model: TraceModel;
  index: number;
  sums: TraceSums;
  sumsAt: number;
  selected: boolean;
  /** Nothing below the span is shown. */
  folded: boolean;
  /** Nothing of the span itself is shown. */
  shut: boolean;
  toolsHaveSpans: boolean;
  /** Nobody scrolls, so that what the span holds is worth asking for. */
  settled: boolean;
  onSelect: (spanId: string) => void;
  onToggleFold: (spanId: string) => void;
  onToggleShut: (spanId: string) => void;
  onOpen: (spanId: string) => void;
}

export const ReadingItem = memo(function ReadingItem(props: ReadingItemProps) {
  const { traceId, model, index, selected, shut, toolsHaveSpans, settled } = props;
  const span = model.spans[index] as TraceSpan;
  const below = (model.end[index] ?? 0) - index - 1;
  const speaks = hasBody(span, below);
  const detail = useQuery({ ...spanQuery(traceId, span.span_id), enabled: speaks && !shut && settled });
  const indent = Math.min(model.depth[index] ?? 0, INDENT_LEVELS_MAX) * INDENT_PX;
  return (
    <article
      aria-label={span.name}
      className={cn("min-w-0 py-1.5 pr-4 pl-3", selected && "bg-accent/7 shadow-[inset_2px_0_var(--accent)]")}
    >
      <div
        className="min-w-0 bg-[repeating-linear-gradient(to_right,var(--line)_0_1px,transparent_1px_14px)] bg-no-repeat"
        style={{ paddingLeft: indent, backgroundSize: `${indent}px 100%` }}
      >
        <ItemHead {...props} span={span} below={below} speaks={speaks} />
        {speaks && !shut && (
          <div className="mt-1 ml-1 grid min-w-0 gap-2 pl-6.5">
            {detail.data ? (
              <ReadingBody span={detail.data} toolsHaveSpans={toolsHaveSpans} holds={holds(span, below)} />
            ) : detail.error ? (
              <p className="flex flex-wrap items-center gap-2 text-danger-text text-xs">
                {detail.error.message}
                <Button size="sm" onClick={() => detail.refetch()}>
                  Try again
                </Button>
              </p>
            ) : (
              <Skeleton className="h-16 w-full" />
            )}
          </div>
        )}
      </div>
    </article>
  );
});

/** What holds others speaks through them; its own words would only repeat theirs. */
const HOLDS: ReadonlySet<string> = new Set([
  "workflow",
  "subflow",
  "run_concurrent",
  "node",
  "agent",
  "chain",
]);

function holds({ role }: TraceSpan, below: number): boolean {
  return below > 0 && (role === null || HOLDS.has(role));
}

function hasBody(span: TraceSpan, below: number): boolean {
  if (span.status === "error" || span.state_event_count > 0) return true;
  return span.role !== null && !holds(span, below);
}

interface ItemHeadProps extends ReadingItemProps {
  span: TraceSpan;
  below: number;
  speaks: boolean;
}

function ItemHead(props: ItemHeadProps) {
  const { model, index, span, below, speaks, folded, shut, sums, sumsAt } = props;
  const closes = below > 0 ? !folded : !shut;
  const toggle = () => (below > 0 ? props.onToggleFold(span.span_id) : props.onToggleShut(span.span_id));
  return (
    <div className="group/head flex min-h-7 min-w-0 items-center gap-1.5">
      {below > 0 || speaks ? (
        <button
          type="button"
          aria-expanded={closes}
          aria-label={`${closes ? "Fold" : "Unfold"} ${span.name}`}
          onClick={toggle}
          className="grid size-6 shrink-0 place-items-center rounded-sm text-faint hover:bg-hover hover:text-text"
        >
          <ChevronRight size={14} className={cn("transition-transform", closes && "rotate-90")} aria-hidden />
        </button>
      ) : (
        <span className="w-6 shrink-0" />
      )}
      <RoleMark spanRole={span.role} kind={span.kind} />
      <button
        type="button"
        onClick={() => props.onSelect(span.span_id)}
        className="min-h-6 min-w-0 truncate text-left font-medium text-sm hover:underline"
      >
        {span.name || "(no name)"}
      </button>
      <span className="hidden shrink-0 text-2xs text-faint @min-[520px]:inline">
        {[describeKind(span.role, span.kind), span.model && shortModel(span.model)]
          .filter(Boolean)
          .join(" · ")}
      </span>
      <span className="ml-auto flex shrink-0 items-center gap-2 text-2xs text-faint tnum">
        {folded && below > 0 && <span>{plural(below, "step")} inside</span>}
        {span.status === "error" && <ErrorMark />}
        {folded && (model.errorsBelow[index] ?? 0) > 0 && <ErrorMark count={model.errorsBelow[index] ?? 0} />}
        <span className="hidden @min-[420px]:inline empty:hidden">
          <SubtreeTokens span={span} sums={sums} sumsAt={sumsAt} />
        </span>
        <span className="hidden @min-[420px]:inline empty:hidden">
          <SubtreeCost span={span} sums={sums} sumsAt={sumsAt} />
        </span>
        <span>{formatDuration(model.durationNanos[index] ?? 0)}</span>
        <Button
          weight="ghost"
          size="icon"
          className="size-6"
          aria-label={`Everything about ${span.name}`}
          title="Everything about this span"
          onClick={() => props.onOpen(span.span_id)}
        >
          <ArrowUpRight size={13} />
        </Button>
      </span>
    </div>
  );
}
