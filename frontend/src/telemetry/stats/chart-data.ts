/** What charts show of buckets: which numbers, in which colours, on which scale. Pure. */
import type { ChartSeries } from "@/components/charts/chart-options";
import { COUNTS, DOLLARS, MILLISECONDS, type ValueScale } from "@/components/charts/value-scales";
import type { Buckets } from "./buckets";
import type { StatsItem } from "./stats-query";

export interface StatChart {
  title: string;
  kind: "lines" | "bars";
  values: ValueScale;
  /** Starts of the buckets in milliseconds since 1970. */
  times: readonly number[];
  series: ChartSeries[];
}

type Pick = (value: (item: StatsItem) => number | null | undefined) => (number | null)[];

const picker =
  ({ items }: Buckets): Pick =>
  (value) =>
    items.map((item) => (item ? (value(item) ?? null) : null));

/** How many there were, and how many of them failed. */
export function countChart(buckets: Buckets, title: string): StatChart {
  const pick = picker(buckets);
  return {
    title,
    kind: "bars",
    values: COUNTS,
    times: buckets.times,
    series: [
      { label: "succeeded", color: "--accent", values: pick((item) => item.count - item.error_count) },
      { label: "failed", color: "--danger", values: pick((item) => item.error_count) },
    ],
  };
}

export function durationChart(buckets: Buckets): StatChart {
  const pick = picker(buckets);
  return {
    title: "Duration",
    kind: "lines",
    values: MILLISECONDS,
    times: buckets.times,
    series: [
      { label: "P50", color: "--role-node", values: pick((item) => item.duration_ms.p50) },
      { label: "P95", color: "--role-llm", values: pick((item) => item.duration_ms.p95) },
      { label: "P99", color: "--role-guardrail", values: pick((item) => item.duration_ms.p99) },
    ],
  };
}

export function tokensChart(buckets: Buckets): StatChart {
  const pick = picker(buckets);
  return {
    title: "Tokens",
    kind: "bars",
    values: COUNTS,
    times: buckets.times,
    series: [
      { label: "input", color: "--role-retriever", values: pick((item) => item.input_tokens) },
      { label: "output", color: "--role-agent", values: pick((item) => item.output_tokens) },
    ],
  };
}

export function costChart(buckets: Buckets): StatChart {
  return {
    title: "Cost",
    kind: "bars",
    values: DOLLARS,
    times: buckets.times,
    series: [{ label: "cost", color: "--role-tool", values: picker(buckets)((item) => item.cost_usd) }],
  };
}
