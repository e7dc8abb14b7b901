/** How tokens, cost and durations look wherever a row or a panel shows them. */

import { formatCost, formatCostExact } from "@/lib/format/cost";
import { formatDuration, formatDurationExact } from "@/lib/format/duration";
import { plural } from "@/lib/format/number";
import { describeTokens, formatTokens } from "@/lib/format/tokens";

interface TokensProps {
  input: number | null | undefined;
  output: number | null | undefined;
}

/** `412 → 31`; nothing when neither is known. */
export function Tokens({ input, output }: TokensProps) {
  if (input == null && output == null) return <Unknown />;
  return (
    <span className="whitespace-nowrap tnum" title={describeTokens(input, output)}>
      {formatTokens(input)}
      <span className="px-0.5 text-faint" aria-hidden>
        →
      </span>
      <span className="sr-only"> input tokens, </span>
      {formatTokens(output)}
      <span className="sr-only"> output tokens</span>
    </span>
  );
}

interface CostProps {
  usd: number | null | undefined;
  /** Model calls whose price is unknown: the sum is then a lower bound. */
  unpricedCalls?: number;
}

export function Cost({ usd, unpricedCalls = 0 }: CostProps) {
  if (usd == null)
    return <Unknown title={unpricedCalls > 0 ? "No price is known for these models" : undefined} />;
  const partial = unpricedCalls > 0;
  const exact = formatCostExact(usd);
  return (
    <span
      className="whitespace-nowrap tnum"
      title={
        partial ? `${exact} at least: ${plural(unpricedCalls, "model call")} without a known price` : exact
      }
    >
      {formatCost(usd)}
      {partial && <span className="text-faint">+</span>}
    </span>
  );
}

export function Unknown({ title }: { title?: string | undefined }) {
  return (
    <span className="text-faint" title={title}>
      –
    </span>
  );
}

interface DurationBarProps {
  nanos: number;
  /** Longest duration in sight. */
  maxNanos: number;
  error?: boolean;
}

/** A duration with its size beside its neighbours, on a square-root scale so that short ones stay visible. */
export function DurationBar({ nanos, maxNanos, error = false }: DurationBarProps) {
  const share = maxNanos > 0 ? Math.sqrt(Math.max(0, nanos) / maxNanos) : 0;
  return (
    <span className="flex items-center justify-end gap-2">
      <span className="hidden h-1 w-14 overflow-hidden rounded-full bg-line sm:block" aria-hidden>
        <span
          className={error ? "block h-full rounded-full bg-danger" : "block h-full rounded-full bg-faint"}
          style={{ width: `${Math.max(4, share * 100)}%` }}
        />
      </span>
      <span className="min-w-14 whitespace-nowrap text-right tnum" title={formatDurationExact(nanos)}>
        {formatDuration(nanos)}
      </span>
    </span>
  );
}
