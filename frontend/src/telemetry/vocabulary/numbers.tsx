/** How tokens, cost and durations look wherever a row or a panel shows them. The exact values are in their cards. */
import type { ReactNode } from "react";
import { Hint, HintFacts } from "@/components/hint/hint";
import { formatCost, formatCostExact } from "@/lib/format/cost";
import { formatDuration, formatDurationExact } from "@/lib/format/duration";
import { formatCompact, formatCount, plural } from "@/lib/format/number";
import { formatTokens } from "@/lib/format/tokens";

interface TokensProps {
  input: number | null | undefined;
  output: number | null | undefined;
}

/** `412 → 31`; nothing when neither is known. */
export function Tokens({ input, output }: TokensProps) {
  if (input == null && output == null) return <Unknown why="No token counts were recorded" />;
  return (
    <Hint className="whitespace-nowrap tnum" content={() => <TokenFacts input={input} output={output} />}>
      {formatTokens(input)}
      <span className="px-0.5 text-faint" aria-hidden>
        →
      </span>
      <span className="sr-only"> input tokens, </span>
      {formatTokens(output)}
      <span className="sr-only"> output tokens</span>
    </Hint>
  );
}

function TokenFacts({ input, output }: TokensProps) {
  const exact = (count: number | null | undefined) => (count == null ? "unknown" : formatCount(count));
  return (
    <HintFacts
      facts={[
        ["Input tokens", exact(input)],
        ["Output tokens", exact(output)],
        ...(input != null && output != null ? ([["Together", formatCount(input + output)]] as const) : []),
      ]}
    />
  );
}

interface CostProps {
  usd: number | null | undefined;
  /** Model calls whose price is unknown: the sum is then a lower bound. */
  unpricedCalls?: number;
  /** All model calls of the sum. */
  calls?: number | undefined;
}

export function Cost({ usd, unpricedCalls = 0, calls }: CostProps) {
  if (usd == null) return <Unknown why={whyNoCost(unpricedCalls)} />;
  return (
    <Hint
      className="whitespace-nowrap tnum"
      content={() => <CostFacts usd={usd} unpricedCalls={unpricedCalls} calls={calls} />}
    >
      {formatCost(usd)}
      {unpricedCalls > 0 && <span className="text-faint">+</span>}
    </Hint>
  );
}

function whyNoCost(unpricedCalls: number): string {
  if (unpricedCalls === 0) return "No model call was recorded that costs something";
  return `No price is known for ${plural(unpricedCalls, "model call")}`;
}

function CostFacts({ usd, unpricedCalls = 0, calls }: CostProps) {
  const exact = formatCostExact(usd);
  return (
    <>
      <HintFacts
        facts={[
          ["Cost", exact],
          ...(calls === undefined || calls === 0 ? [] : ([["Model calls", formatCount(calls)]] as const)),
        ]}
      />
      {unpricedCalls > 0 && (
        <p className="mt-1 text-muted">
          At least this much: for {plural(unpricedCalls, "model call")} no price is known, and they are not in
          the sum. That is what “+” says.
        </p>
      )}
    </>
  );
}

/** A value that nobody knows, and why. */
export function Unknown({ why }: { why?: ReactNode }) {
  if (why === undefined) return <span className="text-faint">–</span>;
  return (
    <Hint className="text-faint" content={() => why}>
      –
    </Hint>
  );
}

interface CountProps {
  value: number;
  /** What is counted, for example `span`. */
  one: string;
  many?: string;
}

/** `1.2k`, with all digits in its card. */
export function Count({ value, one, many = `${one}s` }: CountProps) {
  if (value === 0) return <Unknown why={`No ${many}`} />;
  return (
    <Hint className="text-muted tnum" content={() => plural(value, one, many)}>
      {formatCompact(value)}
    </Hint>
  );
}

interface DurationProps {
  nanos: number;
  className?: string;
}

export function Duration({ nanos, className }: DurationProps) {
  return (
    <Hint
      className={className ?? "whitespace-nowrap tnum"}
      content={() => <HintFacts facts={[["Duration", formatDurationExact(nanos)]]} />}
    >
      {formatDuration(nanos)}
    </Hint>
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
      <Duration nanos={nanos} className="min-w-14 whitespace-nowrap text-right tnum" />
    </span>
  );
}
