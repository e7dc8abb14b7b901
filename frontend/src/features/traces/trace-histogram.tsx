/** When the listed traces ran and how many failed; dragging over it narrows the time window. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { TimeChart } from "@/components/charts/time-chart";
import { COUNTS } from "@/components/charts/value-scales";
import { exactRange } from "@/lib/time-range";
import { useKept } from "@/state/use-kept";
import { fillBuckets } from "@/telemetry/stats/buckets";
import { statsQuery } from "@/telemetry/stats/stats-query";
import { filterParams, type TracesSearch } from "@/telemetry/traces/traces-search";

const HEIGHT_PX = 92;

interface TraceHistogramProps {
  search: TracesSearch;
  earliest: string | undefined;
  onSearchChange: (change: Partial<TracesSearch>) => void;
}

export default function TraceHistogram({ search, earliest, onSearchChange }: TraceHistogramProps) {
  const { range, from, to } = search;
  const stats = useQuery(
    statsQuery({ range, from, to }, { of: "traces", interval: "auto", ...filterParams(search) }, earliest),
  );
  const shown = useKept(stats.data);
  const { times, series } = useMemo(() => {
    if (!shown) return { times: [], series: [] };
    const buckets = fillBuckets(shown);
    return {
      times: buckets.times,
      series: [
        {
          label: "succeeded",
          color: "--accent",
          values: buckets.items.map((item) => (item ? item.count - item.error_count : null)),
        },
        {
          label: "failed",
          color: "--danger",
          values: buckets.items.map((item) => item?.error_count ?? null),
        },
      ],
    };
  }, [shown]);
  if (stats.error && !shown) return null;
  return (
    <div className="shrink-0 border-line border-b pr-2 pl-1" style={{ minHeight: HEIGHT_PX }}>
      <TimeChart
        label="Traces over time"
        times={times}
        series={series}
        kind="bars"
        height={HEIGHT_PX}
        values={COUNTS}
        onBrush={(fromMs, toMs) => onSearchChange(exactRange(fromMs, toMs))}
      />
    </div>
  );
}
