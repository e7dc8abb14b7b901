/** The columns of the tree, which stand in the place of the bars: model, tokens, cost, duration. */

import { formatDuration } from "@/lib/format/duration";
import type { TraceModel } from "@/telemetry/trace/build-trace";
import type { TraceSums } from "@/telemetry/trace/sums";
import type { TraceSpan } from "@/telemetry/trace/trace-query";
import { shortModel } from "@/telemetry/vocabulary/models";
import { SubtreeCost, SubtreeTokens } from "./subtree-usage";

interface FiguresProps {
  model: TraceModel;
  index: number;
  sums: TraceSums;
  /** Where the sums have this span. */
  sumsAt: number;
}

export function Figures({ model, index, sums, sumsAt }: FiguresProps) {
  const span = model.spans[index] as TraceSpan;
  return (
    <div className="grid h-full min-w-0 flex-1 grid-cols-[minmax(0,1fr)_92px_76px_60px] items-center gap-3 pr-4 pl-2 text-right text-muted text-xs tnum">
      <span className="truncate text-left">{span.model === null ? "" : shortModel(span.model)}</span>
      <span>
        <SubtreeTokens span={span} sums={sums} sumsAt={sumsAt} />
      </span>
      <span>
        <SubtreeCost span={span} sums={sums} sumsAt={sumsAt} />
      </span>
      <span className="text-text">{formatDuration(model.durationNanos[index] ?? 0)}</span>
    </div>
  );
}

export function FigureHeads() {
  return (
    <div className="grid min-w-0 flex-1 grid-cols-[minmax(0,1fr)_92px_76px_60px] gap-3 pr-4 pl-2 text-right">
      <span className="text-left">Model</span>
      <span>Tokens</span>
      <span>Cost</span>
      <span>Duration</span>
    </div>
  );
}
