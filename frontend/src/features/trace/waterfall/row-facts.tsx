/** What a row adds to the name of its span, most telling first; the rest appears as the column gets wider. */
import { Diamond, Unlink } from "lucide-react";
import { formatCost } from "@/lib/format/cost";
import { formatDuration } from "@/lib/format/duration";
import { formatCompact } from "@/lib/format/number";
import type { TraceModel } from "@/telemetry/trace/build-trace";
import type { TraceSpan } from "@/telemetry/trace/trace-query";
import { Tokens } from "@/telemetry/vocabulary/numbers";
import { ErrorMark } from "@/telemetry/vocabulary/status";

interface RowFactsProps {
  model: TraceModel;
  index: number;
  folded: boolean;
  below: number;
  markOrphan: boolean;
  /** Tokens and cost, unless they have columns of their own. */
  figures: boolean;
}

export function RowFacts({ model, index, folded, below, markOrphan, figures }: RowFactsProps) {
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
