/** The sums of the time window. */
import { cn } from "@/lib/cn";
import { formatMillis } from "@/lib/format/duration";
import { formatCompact, formatCount } from "@/lib/format/number";
import { formatShare } from "@/lib/format/share";
import type { StatsItem } from "@/telemetry/stats/stats-query";
import { Tile, Tiles } from "@/telemetry/stats/tiles";
import { Cost, Tokens } from "@/telemetry/vocabulary/numbers";

export function OverviewTiles({ sum, pending }: { sum: StatsItem | undefined; pending: boolean }) {
  const failed = (sum?.error_count ?? 0) > 0;
  return (
    <Tiles>
      <Tile name="Traces" pending={pending} title={formatCount(sum?.count ?? 0)}>
        {formatCompact(sum?.count ?? 0)}
      </Tile>
      <Tile name="Failed" pending={pending} title={`${formatCount(sum?.error_count ?? 0)} traces`}>
        <span className={cn(failed && "text-danger-text")}>
          {formatShare(sum?.error_count ?? 0, sum?.count ?? 0)}
        </span>
      </Tile>
      <Tile name="P50" pending={pending}>
        {formatMillis(sum?.duration_ms.p50)}
      </Tile>
      <Tile name="P95" pending={pending}>
        {formatMillis(sum?.duration_ms.p95)}
      </Tile>
      <Tile name="P99" pending={pending}>
        {formatMillis(sum?.duration_ms.p99)}
      </Tile>
      <Tile name="Model calls" pending={pending} title={formatCount(sum?.llm_call_count ?? 0)}>
        {formatCompact(sum?.llm_call_count ?? 0)}
      </Tile>
      <Tile name="Tokens" pending={pending}>
        <Tokens input={sum?.input_tokens} output={sum?.output_tokens} />
      </Tile>
      <Tile name="Cost" pending={pending}>
        <Cost usd={sum?.cost_usd} unpricedCalls={sum?.unpriced_calls ?? 0} />
      </Tile>
    </Tiles>
  );
}
