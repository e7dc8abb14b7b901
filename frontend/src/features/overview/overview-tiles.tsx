/** The sums of the time window. */
import type { ReactNode } from "react";
import { Skeleton } from "@/components/ui/states";
import { cn } from "@/lib/cn";
import { formatDuration } from "@/lib/format/duration";
import { formatCompact, formatCount } from "@/lib/format/number";
import { formatShare } from "@/lib/format/share";
import type { StatsItem } from "@/telemetry/stats/stats-query";
import { Cost, Tokens } from "@/telemetry/vocabulary/numbers";

const NANOS_PER_MILLI = 1e6;

export function OverviewTiles({ sum, pending }: { sum: StatsItem | undefined; pending: boolean }) {
  const duration = (millis: number | null | undefined) =>
    millis == null ? "–" : formatDuration(millis * NANOS_PER_MILLI);
  const failed = (sum?.error_count ?? 0) > 0;
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line sm:grid-cols-4 xl:grid-cols-8">
      <Tile name="Traces" pending={pending} title={formatCount(sum?.count ?? 0)}>
        {formatCompact(sum?.count ?? 0)}
      </Tile>
      <Tile name="Failed" pending={pending} title={`${formatCount(sum?.error_count ?? 0)} traces`}>
        <span className={cn(failed && "text-danger-text")}>
          {formatShare(sum?.error_count ?? 0, sum?.count ?? 0)}
        </span>
      </Tile>
      <Tile name="P50" pending={pending}>
        {duration(sum?.duration_ms.p50)}
      </Tile>
      <Tile name="P95" pending={pending}>
        {duration(sum?.duration_ms.p95)}
      </Tile>
      <Tile name="P99" pending={pending}>
        {duration(sum?.duration_ms.p99)}
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
    </dl>
  );
}

interface TileProps {
  name: string;
  pending: boolean;
  title?: string;
  children: ReactNode;
}

function Tile({ name, pending, title, children }: TileProps) {
  return (
    <div className="grid min-w-0 gap-0.5 bg-surface px-3.5 py-2.5" title={title}>
      <dt className="text-faint text-xs">{name}</dt>
      <dd className="truncate font-semibold text-lg tracking-tight tnum">
        {pending ? <Skeleton className="my-1 h-4 w-14" /> : children}
      </dd>
    </div>
  );
}
