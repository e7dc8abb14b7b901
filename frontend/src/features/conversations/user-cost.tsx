/** What a user's traces cost over time. A chunk of its own: the chart library is not needed elsewhere at start. */
import { useMemo } from "react";
import { TimeChart } from "@/components/charts/time-chart";
import { COUNTS, DOLLARS } from "@/components/charts/value-scales";
import { exactRange, type TimeRangeSearch } from "@/lib/time-range";
import { fillBuckets } from "@/telemetry/stats/buckets";
import type { Stats } from "@/telemetry/stats/stats-query";

const HEIGHT_PX = 92;

interface UserCostProps {
  stats: Stats;
  onBrush: (window: TimeRangeSearch) => void;
}

export default function UserCost({ stats, onBrush }: UserCostProps) {
  const chart = useMemo(() => {
    const { times, items } = fillBuckets(stats);
    // without any price, the number of traces is what there is to see
    const priced = items.some((item) => item?.cost_usd != null);
    const values = items.map((item) => (priced ? (item?.cost_usd ?? null) : (item?.count ?? null)));
    return { times, priced, series: [{ label: priced ? "cost" : "traces", color: "--role-tool", values }] };
  }, [stats]);
  return (
    <div className="mt-1 min-w-0" style={{ minHeight: HEIGHT_PX }}>
      <TimeChart
        label={chart.priced ? "Cost over time" : "Traces over time"}
        times={chart.times}
        series={chart.series}
        kind="bars"
        height={HEIGHT_PX}
        values={chart.priced ? DOLLARS : COUNTS}
        onBrush={(fromMs, toMs) => onBrush(exactRange(fromMs, toMs))}
      />
    </div>
  );
}
