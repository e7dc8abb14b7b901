/** Tokens and cost of each span with all that is below it. Only usage that counts is added, so wrappers add nothing twice. Pure. */
import type { TraceModel } from "./build-trace";

export interface TraceSums {
  inputTokens: Float64Array;
  outputTokens: Float64Array;
  costUsd: Float64Array;
  /** Calls whose usage counts, and those of them without a known price. */
  calls: Int32Array;
  unpriced: Int32Array;
}

export function subtreeSums({ spans, parent }: TraceModel): TraceSums {
  const count = spans.length;
  const sums: TraceSums = {
    inputTokens: new Float64Array(count),
    outputTokens: new Float64Array(count),
    costUsd: new Float64Array(count),
    calls: new Int32Array(count),
    unpriced: new Int32Array(count),
  };
  // Children come after their parents, so one pass backwards adds up every subtree.
  for (let index = count - 1; index >= 0; index--) {
    const span = spans[index];
    if (span?.counts_usage) {
      add(sums.inputTokens, index, span.input_tokens ?? 0);
      add(sums.outputTokens, index, span.output_tokens ?? 0);
      add(sums.costUsd, index, span.cost_usd ?? 0);
      add(sums.calls, index, 1);
      add(sums.unpriced, index, span.cost_usd === null ? 1 : 0);
    }
    const up = parent[index] ?? -1;
    if (up < 0) continue;
    for (const values of Object.values(sums) as Numbers[]) add(values, up, values[index] ?? 0);
  }
  return sums;
}

type Numbers = Float64Array | Int32Array;

function add(values: Numbers, index: number, more: number): void {
  values[index] = (values[index] ?? 0) + more;
}
