/** How fast calls write: from sums, because a call that takes twice as long counts twice. Pure. */
import type { StatsItem } from "@/telemetry/stats/stats-query";

type Sums = Pick<StatsItem, "count" | "output_tokens" | "duration_ms">;

/** Output tokens by seconds of all calls; null when no call says its tokens, or none took any time. */
export function tokensPerSecond(sum: Sums | undefined): number | null {
  if (!sum || sum.output_tokens === null || sum.duration_ms.mean === null) return null;
  const seconds = (sum.duration_ms.mean * sum.count) / 1_000;
  return seconds > 0 ? sum.output_tokens / seconds : null;
}
