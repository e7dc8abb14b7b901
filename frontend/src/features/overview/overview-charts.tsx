/** Traces, latency, tokens and cost over time. A chunk of its own: the chart library is not needed elsewhere at start. */
import { type ReactNode, useMemo } from "react";
import { type ChartSeries, TimeChart } from "@/components/charts/time-chart";
import { formatDuration } from "@/lib/format/duration";
import { formatCompact, formatCost } from "@/lib/format/number";
import type { Buckets } from "@/telemetry/stats/buckets";
import type { StatsItem } from "@/telemetry/stats/stats-query";

interface OverviewChartsProps {
  buckets: Buckets | undefined;
  onBrush: (fromMs: number, toMs: number) => void;
}

const HEIGHT_PX = 150;
const NO_BUCKETS: Buckets = { times: [], items: [] };

export default function OverviewCharts({ buckets = NO_BUCKETS, onBrush }: OverviewChartsProps) {
  const charts = useMemo(() => chartsOf(buckets), [buckets]);
  return (
    <div className="grid min-w-0 grid-cols-1 gap-4 lg:grid-cols-2">
      {charts.map((chart) => (
        <Card key={chart.title} title={chart.title} series={chart.series}>
          <TimeChart
            label={`${chart.title} over time`}
            times={buckets.times}
            series={chart.series}
            kind={chart.kind}
            height={HEIGHT_PX}
            format={chart.format}
            whole={chart.whole ?? false}
            onBrush={onBrush}
          />
        </Card>
      ))}
    </div>
  );
}

interface Chart {
  title: string;
  kind: "lines" | "bars";
  format: (value: number) => string;
  /** The values are counts. */
  whole?: true;
  series: ChartSeries[];
}

function chartsOf({ items }: Buckets): Chart[] {
  const pick = (value: (item: StatsItem) => number | null | undefined) =>
    items.map((item) => (item ? (value(item) ?? null) : null));
  const millis = (value: number) => formatDuration(value * 1e6);
  return [
    {
      title: "Traces",
      kind: "bars",
      format: formatCompact,
      whole: true,
      series: [
        { label: "succeeded", color: "--accent", values: pick((item) => item.count - item.error_count) },
        { label: "failed", color: "--danger", values: pick((item) => item.error_count) },
      ],
    },
    {
      title: "Duration",
      kind: "lines",
      format: millis,
      series: [
        { label: "P50", color: "--role-node", values: pick((item) => item.duration_ms.p50) },
        { label: "P95", color: "--role-llm", values: pick((item) => item.duration_ms.p95) },
        { label: "P99", color: "--role-guardrail", values: pick((item) => item.duration_ms.p99) },
      ],
    },
    {
      title: "Tokens",
      kind: "bars",
      format: formatCompact,
      whole: true,
      series: [
        { label: "input", color: "--role-retriever", values: pick((item) => item.input_tokens) },
        { label: "output", color: "--role-agent", values: pick((item) => item.output_tokens) },
      ],
    },
    {
      title: "Cost",
      kind: "bars",
      format: (value) => formatCost(value),
      series: [{ label: "cost", color: "--role-tool", values: pick((item) => item.cost_usd) }],
    },
  ];
}

function Card({ title, series, children }: { title: string; series: ChartSeries[]; children: ReactNode }) {
  return (
    <section className="grid min-w-0 gap-2 rounded-lg border border-line p-3">
      <div className="flex items-center gap-3">
        <h2 className="font-medium text-sm">{title}</h2>
        {series.length > 1 && (
          <ul className="ml-auto flex gap-3 text-2xs text-faint">
            {series.map((one) => (
              <li key={one.label} className="flex items-center gap-1.5">
                <span className="size-2 rounded-full" style={{ backgroundColor: `var(${one.color})` }} />
                {one.label}
              </li>
            ))}
          </ul>
        )}
      </div>
      {children}
    </section>
  );
}
