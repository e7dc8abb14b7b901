/** Tokens and cost of a span; of one that others are below, the sum over all that it stands for. */
import { plural } from "@/lib/format/number";
import type { TraceSums } from "@/telemetry/trace/sums";
import type { TraceSpan } from "@/telemetry/trace/trace-query";
import { Cost, Tokens } from "@/telemetry/vocabulary/numbers";

interface SubtreeUsageProps {
  span: TraceSpan;
  sums: TraceSums;
  /** Where the sums have the span; -1 where they do not. */
  sumsAt: number;
}

/** Whether what is shown is a sum: the span's own usage does not count, or others count with it. */
function isSum({ span, sums, sumsAt }: SubtreeUsageProps): boolean {
  const calls = sums.calls[sumsAt] ?? 0;
  return calls > (span.counts_usage ? 1 : 0);
}

export function SubtreeTokens(props: SubtreeUsageProps) {
  const { span, sums, sumsAt } = props;
  if (!isSum(props)) {
    if (span.input_tokens === null && span.output_tokens === null) return null;
    return <Tokens input={span.input_tokens} output={span.output_tokens} />;
  }
  const [input, output] = [sums.inputTokens[sumsAt] ?? 0, sums.outputTokens[sumsAt] ?? 0];
  if (input === 0 && output === 0) return null;
  return (
    <span title={`Sum over ${plural(sums.calls[sumsAt] ?? 0, "call")}`} className="whitespace-nowrap">
      <SumSign /> <Tokens input={input} output={output} />
    </span>
  );
}

export function SubtreeCost(props: SubtreeUsageProps) {
  const { span, sums, sumsAt } = props;
  if (!isSum(props)) return span.cost_usd === null ? null : <Cost usd={span.cost_usd} />;
  const calls = sums.calls[sumsAt] ?? 0;
  const unpriced = sums.unpriced[sumsAt] ?? 0;
  if (unpriced === calls) return null;
  return (
    <span className="whitespace-nowrap">
      <SumSign /> <Cost usd={sums.costUsd[sumsAt] ?? 0} unpricedCalls={unpriced} />
    </span>
  );
}

function SumSign() {
  return (
    <>
      <span aria-hidden>∑</span>
      <span className="sr-only">sum: </span>
    </>
  );
}
