/** The kinds of values that charts show: how each is written, and which values are round. Pure. */
import { DURATION_MARKS, DURATION_STEPS } from "@/lib/duration-steps";
import { formatCost } from "@/lib/format/cost";
import { formatDuration } from "@/lib/format/duration";
import { formatCompact } from "@/lib/format/number";
import { formatShare } from "@/lib/format/share";
import { formatTokenRate } from "@/lib/format/tokens";

export interface ValueScale {
  format: (value: number) => string;
  /** Distances that marks of a linear axis may have, ascending. Left out: any power of ten times 1, 2 or 5. */
  steps?: readonly number[];
  /** Values that a logarithmic axis may mark, ascending. Left out: powers of ten. */
  marks?: readonly number[];
}

const NANOS_PER_MILLI = 1e6;

/** 1, 2, 5, 10, 20, …: no mark between whole numbers. */
const WHOLE_STEPS = Array.from({ length: 13 }, (_, power) =>
  [1, 2, 5].map((step) => step * 10 ** power),
).flat();

export const COUNTS: ValueScale = { format: formatCompact, steps: WHOLE_STEPS };

export const MILLISECONDS: ValueScale = {
  format: (millis) => formatDuration(millis * NANOS_PER_MILLI),
  steps: DURATION_STEPS.map((nanos) => nanos / NANOS_PER_MILLI),
  marks: DURATION_MARKS.map((nanos) => nanos / NANOS_PER_MILLI),
};

export const DOLLARS: ValueScale = { format: (usd) => formatCost(usd) };

/** From 0 to 1. */
export const SHARES: ValueScale = { format: (share) => formatShare(share, 1) };

export const TOKENS_PER_SECOND: ValueScale = { format: (rate) => formatTokenRate(rate) };

/** The ends of a logarithmic axis that holds these values: the marks around them. Undefined when nothing is above zero. */
export function logEnds(scale: ValueScale, values: readonly (number | null)[]): [number, number] | undefined {
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  for (const value of values) {
    if (value === null || !(value > 0)) continue;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  if (most === 0) return undefined;
  const low = scale.marks?.findLast((mark) => mark <= least) ?? 10 ** Math.floor(Math.log10(least));
  const high = scale.marks?.find((mark) => mark >= most) ?? 10 ** Math.ceil(Math.log10(most));
  return low < high ? [low, high] : [low, low * 10];
}

/** Marks of a logarithmic axis between its ends, both included. At most `most` of them, left out evenly. */
export function logMarks(scale: ValueScale, low: number, high: number, most: number): number[] {
  const first = Math.round(Math.log10(low));
  const last = Math.round(Math.log10(high));
  const powers = Array.from({ length: Math.max(1, last - first + 1) }, (_, index) => 10 ** (first + index));
  const all = (scale.marks ?? powers).filter((mark) => mark >= low && mark <= high);
  const every = Math.max(1, Math.ceil(all.length / Math.max(1, most)));
  return all.filter((_, index) => index % every === 0);
}
