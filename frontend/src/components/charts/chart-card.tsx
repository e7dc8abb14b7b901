/** A titled chart. Its legend takes lines out and in; lines can have a logarithmic scale, which is remembered. */
import { useMemo, useState } from "react";
import { cn } from "@/lib/cn";
import { usePreferences } from "@/state/preferences";
import type { ChartSeries } from "./chart-options";
import { TimeChart, type TimeChartProps } from "./time-chart";

interface ChartCardProps extends Omit<TimeChartProps, "label" | "height" | "log" | "className"> {
  title: string;
}

const HEIGHT_PX = 150;

export function ChartCard({ title, series, kind, ...chart }: ChartCardProps) {
  const { logCharts, update } = usePreferences();
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const shown = useMemo(() => series.filter((one) => !hidden.has(one.label)), [series, hidden]);
  function toggle(label: string) {
    const next = new Set(hidden);
    if (!next.delete(label)) next.add(label);
    // the last line stays: an empty chart looks like missing data
    if (series.some((one) => !next.has(one.label))) setHidden(next);
  }
  return (
    <section className="grid min-w-0 gap-2 rounded-lg border border-line p-3">
      <div className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1">
        <h2 className="font-medium text-sm">{title}</h2>
        <div className="ml-auto flex min-w-0 flex-wrap items-center justify-end gap-x-1">
          {series.length > 1 && <Legend series={series} hidden={hidden} onToggle={toggle} />}
          {kind === "lines" && (
            <button
              type="button"
              aria-pressed={logCharts}
              title="Logarithmic scale"
              onClick={() => update({ logCharts: !logCharts })}
              className="h-6 rounded-sm border border-line px-1.5 text-2xs text-muted hover:text-text aria-pressed:bg-hover aria-pressed:font-medium aria-pressed:text-text"
            >
              log
            </button>
          )}
        </div>
      </div>
      <TimeChart
        label={`${title} over time`}
        series={shown}
        kind={kind}
        height={HEIGHT_PX}
        log={kind === "lines" && logCharts}
        {...chart}
      />
    </section>
  );
}

interface LegendProps {
  series: readonly ChartSeries[];
  hidden: ReadonlySet<string>;
  onToggle: (label: string) => void;
}

function Legend({ series, hidden, onToggle }: LegendProps) {
  return series.map((one) => (
    <button
      key={one.label}
      type="button"
      aria-pressed={!hidden.has(one.label)}
      onClick={() => onToggle(one.label)}
      className={cn(
        "flex h-6 min-w-0 items-center gap-1.5 rounded-sm px-1.5 text-2xs text-muted hover:bg-hover",
        hidden.has(one.label) && "text-faint line-through",
      )}
    >
      <span
        className={cn("size-2 shrink-0 rounded-full", hidden.has(one.label) && "opacity-30")}
        style={{ backgroundColor: `var(${one.color})` }}
      />
      <span className="max-w-32 truncate">{one.label}</span>
    </button>
  ));
}
