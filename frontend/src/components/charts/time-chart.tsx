/** A chart over time: lines or bars, with values under the pointer, and dragging to choose a time window. */
import "uplot/dist/uPlot.min.css";
import { useLayoutEffect, useMemo, useRef, useState } from "react";
import uPlot from "uplot";
import { cn } from "@/lib/cn";
import { formatWindow } from "@/lib/format/time";
import { usePreferences } from "@/state/preferences";
import { useTheme } from "@/state/theme";
import { useWidth } from "@/state/use-width";
import { type ChartSeries, chartOptions } from "./chart-options";
import { stacked } from "./stack";
import type { ValueScale } from "./value-scales";

export interface TimeChartProps {
  /** What it shows, for screen readers. */
  label: string;
  /** Starts of the buckets in milliseconds since 1970, ascending. */
  times: readonly number[];
  series: readonly ChartSeries[];
  kind: "lines" | "bars";
  height: number;
  values: ValueScale;
  /** Lines on a logarithmic scale. */
  log?: boolean;
  /** Called with the chosen window in milliseconds since 1970. */
  onBrush: (fromMs: number, toMs: number) => void;
  className?: string;
}

interface Hover {
  index: number;
  left: number;
}

export function TimeChart(props: TimeChartProps) {
  const { label, times, series, kind, height, values, log = false, onBrush, className } = props;
  const [measure, width] = useWidth();
  const host = useRef<HTMLDivElement | null>(null);
  const theme = useTheme((state) => state.theme);
  const utc = usePreferences((state) => state.timeZone === "utc");
  const [hover, setHover] = useState<Hover>();
  const latest = useRef(onBrush);
  useLayoutEffect(() => {
    latest.current = onBrush;
  });
  const bucket = (times[1] ?? times[0] ?? 0) - (times[0] ?? 0);
  const data = useMemo(() => {
    const rows = series.map((one) => one.values);
    const drawn = kind === "bars" ? stacked(rows) : log ? rows.map(aboveZero) : rows;
    return [times.map((time) => time / 1_000), ...drawn] as uPlot.AlignedData;
  }, [times, series, kind, log]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: colours change with the theme
  useLayoutEffect(() => {
    const element = host.current;
    if (!element || width === 0 || times.length === 0 || !canDraw()) return;
    const plot = new uPlot(
      chartOptions({
        width,
        height,
        kind,
        values,
        log,
        utc,
        series,
        style: getComputedStyle(element),
        bucket,
        onHover: (index, left) => setHover(index === null ? undefined : { index, left }),
        onBrush: (from, to) => latest.current(from, to),
      }),
      data,
      element,
    );
    return () => plot.destroy();
  }, [data, series, kind, values, log, utc, height, width, theme]);

  const time = hover && times[hover.index];
  return (
    <figure className={cn("relative min-w-0", className)} aria-label={label}>
      <div
        ref={(element) => {
          host.current = element;
          return measure(element);
        }}
        style={{ height }}
        className="cursor-crosshair"
      />
      {hover && time !== undefined && (
        <figcaption
          className="pointer-events-none absolute top-1 z-10 grid gap-0.5 rounded-md border border-line-strong bg-raised px-2 py-1.5 text-2xs shadow-pop"
          style={hover.left > width / 2 ? { right: width - hover.left + 14 } : { left: hover.left + 14 }}
        >
          <span className="whitespace-nowrap text-faint tnum">
            {formatWindow(new Date(time).toISOString(), new Date(time + bucket).toISOString())}
          </span>
          {series.map((one) => {
            const value = one.values[hover.index];
            return (
              <span key={one.label} className="flex items-center gap-2">
                <span className="size-2 rounded-full" style={{ backgroundColor: `var(${one.color})` }} />
                <span className="max-w-40 truncate text-muted">{one.label}</span>
                <span className="ml-auto pl-3 font-medium tnum">
                  {value == null ? "–" : values.format(value)}
                </span>
              </span>
            );
          })}
        </figcaption>
      )}
    </figure>
  );
}

/** A logarithmic scale has no zero. */
function aboveZero(values: readonly (number | null)[]): (number | null)[] {
  return values.map((value) => (value !== null && value > 0 ? value : null));
}

/** Tests run without a canvas. */
function canDraw(): boolean {
  return typeof Path2D !== "undefined";
}
