/** Sums of what model calls of some traces used. */
import type { MockTrace } from "./corpus.ts";

export function usage(traces: MockTrace[]) {
  const sum = (value: (trace: MockTrace) => number | null) =>
    traces.reduce<number | null>((all, trace) => {
      const own = value(trace);
      return own === null ? all : (all ?? 0) + own;
    }, null);
  return {
    llm_call_count: sum(({ summary }) => summary.llm_call_count) ?? 0,
    input_tokens: sum(({ summary }) => summary.input_tokens),
    output_tokens: sum(({ summary }) => summary.output_tokens),
    cost_usd: sum(({ summary }) => summary.cost_usd),
    unpriced_calls: sum(({ summary }) => summary.unpriced_calls) ?? 0,
  };
}
