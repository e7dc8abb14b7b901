/** The columns of the tree, which stand in the place of the bars: model, tokens, cost, duration. */

import { formatCost } from "@/lib/format/cost";
import { formatDuration } from "@/lib/format/duration";
import type { TraceModel } from "@/telemetry/trace/build-trace";
import type { TraceSpan } from "@/telemetry/trace/trace-query";
import { shortModel } from "@/telemetry/vocabulary/models";
import { Tokens } from "@/telemetry/vocabulary/numbers";

export function Figures({ model, index }: { model: TraceModel; index: number }) {
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
