/** The sums of a service: what it was asked, and what its model calls used. */
import { cn } from "@/lib/cn";
import { formatMillis } from "@/lib/format/duration";
import { formatCompact, formatCount, formatPerMinute } from "@/lib/format/number";
import { formatShare } from "@/lib/format/share";
import type { Stats, StatsItem } from "@/telemetry/stats/stats-query";
import { Tile, Tiles } from "@/telemetry/stats/tiles";
import { Cost, Tokens } from "@/telemetry/vocabulary/numbers";

interface ServiceTilesProps {
  requests: Stats | undefined;
  usage: StatsItem | undefined;
}

export function ServiceTiles({ requests, usage }: ServiceTilesProps) {
  const sum = requests?.totals[0];
  const pending = requests === undefined;
  return (
    <Tiles>
      <Tile name="Requests" pending={pending} title={formatCount(sum?.count ?? 0)}>
        {formatCompact(sum?.count ?? 0)}
      </Tile>
      <Tile name="Rate" pending={pending} title="Requests by the length of the window">
        {formatPerMinute(sum?.count ?? 0, requests ? Date.parse(requests.to) - Date.parse(requests.from) : 0)}
      </Tile>
      <Tile name="Failed" pending={pending} title={formatCount(sum?.error_count ?? 0)}>
        <span className={cn((sum?.error_count ?? 0) > 0 && "text-danger-text")}>
          {formatShare(sum?.error_count ?? 0, sum?.count ?? 0)}
        </span>
      </Tile>
      <Tile name="P50" pending={pending}>
        {formatMillis(sum?.duration_ms.p50)}
      </Tile>
      <Tile name="P95" pending={pending}>
        {formatMillis(sum?.duration_ms.p95)}
      </Tile>
      <Tile name="Model calls" pending={usage === undefined} title={formatCount(usage?.llm_call_count ?? 0)}>
        {formatCompact(usage?.llm_call_count ?? 0)}
      </Tile>
      <Tile name="Tokens" pending={usage === undefined}>
        <Tokens input={usage?.input_tokens} output={usage?.output_tokens} />
      </Tile>
      <Tile name="Cost" pending={usage === undefined}>
        <Cost usd={usage?.cost_usd} unpricedCalls={usage?.unpriced_calls ?? 0} />
      </Tile>
    </Tiles>
  );
}
