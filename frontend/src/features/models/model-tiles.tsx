/** The sums of a model's calls. */
import { useQuery } from "@tanstack/react-query";
import { cn } from "@/lib/cn";
import { formatMillis } from "@/lib/format/duration";
import { formatCompact, formatCount } from "@/lib/format/number";
import { formatShare } from "@/lib/format/share";
import { formatTokenRate } from "@/lib/format/tokens";
import type { TimeRangeSearch } from "@/lib/time-range";
import { type StatsItem, statsQuery } from "@/telemetry/stats/stats-query";
import { Tile, Tiles } from "@/telemetry/stats/tiles";
import { Cost, Tokens } from "@/telemetry/vocabulary/numbers";
import { tokensPerSecond } from "./tokens-per-second";

/** Seconds from the request to the first part of the answer (OpenTelemetry, GenAI attributes). */
const FIRST_TOKEN = "gen_ai.response.time_to_first_chunk";

interface ModelTilesProps {
  sum: StatsItem | undefined;
  pending: boolean;
  window: TimeRangeSearch;
  model: string;
  earliest: string | undefined;
}

export function ModelTiles({ sum, pending, window, model, earliest }: ModelTilesProps) {
  const first = useQuery(
    statsQuery(
      window,
      { of: "spans", role: "llm", model, interval: "none", measure: `attributes.${FIRST_TOKEN}` },
      earliest,
    ),
  );
  const measured = first.data?.totals[0]?.measure;
  const seconds = (value: number | null | undefined) => formatMillis(value == null ? value : value * 1e3);
  return (
    <Tiles>
      <Tile name="Calls" pending={pending} title={formatCount(sum?.count ?? 0)}>
        {formatCompact(sum?.count ?? 0)}
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
      <Tile
        name="First token, P50"
        pending={first.isPending}
        title={first.error ? `Not known: ${first.error.message}` : `Of calls that say ${FIRST_TOKEN}`}
      >
        {first.error ? <span className="text-faint">failed</span> : seconds(measured?.p50)}
      </Tile>
      <Tile name="Speed" pending={pending} title="Output tokens by the whole time of the calls">
        {formatTokenRate(tokensPerSecond(sum))}
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
