/** Traces, latency, tokens and cost over time. A chunk of its own: the chart library is not needed elsewhere at start. */
import { useMemo } from "react";
import { ChartCard } from "@/components/charts/chart-card";
import type { ChartSeries } from "@/components/charts/chart-options";
import { COUNTS, DOLLARS, MILLISECONDS, type ValueScale } from "@/components/charts/value-scales";
import type { Buckets } from "@/telemetry/stats/buckets";
import type { StatsItem } from "@/telemetry/stats/stats-query";

interface OverviewChartsProps {
  buckets: Buckets | undefined;
  onBrush: (fromMs: number, toMs: number) => void;
}

const NO_BUCKETS: Buckets = { times: [], items: [] };

export default function OverviewCharts({ buckets = NO_BUCKETS, onBrush }: OverviewChartsProps) {
  const charts = useMemo(() => chartsOf(buckets), [buckets]);
  return (
    <div className="grid min-w-0 grid-cols-1 gap-4 lg:grid-cols-2">
      {charts.map((chart) => (
        <ChartCard key={chart.title} times={buckets.times} onBrush={onBrush} {...chart} />
      ))}
    </div>
  );
}

interface Chart {
  title: string;
  kind: "lines" | "bars";
  values: ValueScale;
  series: ChartSeries[];
}

function chartsOf({ items }: Buckets): Chart[] {
  const pick = (value: (item: StatsItem) => number | null | undefined) =>
    items.map((item) => (item ? (value(item) ?? null) : null));
  return [
    {
      title: "Traces",
      kind: "bars",
      values: COUNTS,
      series: [
        { label: "succeeded", color: "--accent", values: pick((item) => item.count - item.error_count) },
        { label: "failed", color: "--danger", values: pick((item) => item.error_count) },
      ],
    },
    {
      title: "Duration",
      kind: "lines",
      values: MILLISECONDS,
      series: [
        { label: "P50", color: "--role-node", values: pick((item) => item.duration_ms.p50) },
        { label: "P95", color: "--role-llm", values: pick((item) => item.duration_ms.p95) },
        { label: "P99", color: "--role-guardrail", values: pick((item) => item.duration_ms.p99) },
      ],
    },
    {
      title: "Tokens",
      kind: "bars",
      values: COUNTS,
      series: [
        { label: "input", color: "--role-retriever", values: pick((item) => item.input_tokens) },
        { label: "output", color: "--role-agent", values: pick((item) => item.output_tokens) },
      ],
    },
    {
      title: "Cost",
      kind: "bars",
      values: DOLLARS,
      series: [{ label: "cost", color: "--role-tool", values: pick((item) => item.cost_usd) }],
    },
  ];
}
