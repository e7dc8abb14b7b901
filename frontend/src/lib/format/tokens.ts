/** Counts of tokens, which may be unknown. */
import { formatCompact, formatCount } from "./number";

type Known = number | null | undefined;

/** `412`, `1.2k`; a dash when it is unknown. */
export function formatTokens(count: Known): string {
  return count == null ? "–" : formatCompact(count);
}

/** `1,204 input, 31 output tokens`, with all digits. */
export function describeTokens(input: Known, output: Known): string {
  const exact = (count: Known) => (count == null ? "unknown" : formatCount(count));
  return `${exact(input)} input, ${exact(output)} output tokens`;
}

/** Tokens in a second, from a count and the milliseconds that they took: `84 / s`; a dash when one is unknown. */
export function formatTokenRate(perSecond: Known): string {
  if (perSecond == null || !Number.isFinite(perSecond)) return "–";
  return `${perSecond < 10 ? perSecond.toFixed(1).replace(/\.0$/, "") : formatCompact(perSecond)} / s`;
}
