/** A chart over time: lines or bars, with values under the pointer, and dragging to choose a time window. */
import "uplot/dist/uPlot.min.css";
import { useLayoutEffect, useRef, useState } from "react";
import uPlot from "uplot";
import { cn } from "@/lib/cn";
import { useTheme } from "@/state/theme";
import { useWidth } from "@/state/use-width";
import { stacked } from "./stack";

export interface ChartSeries {
  label: string;
  /** CSS variable, for example `--accent`. */
  color: string;
  values: readonly (number | null)[];
}

interface TimeChartProps {
  /** What it shows, for screen readers. */
  label: string;
  /** Starts of the buckets in milliseconds since 1970, ascending. */
  times: readonly number[];
  series: readonly ChartSeries[];
  kind: "lines" | "bars";
  height: number;
  format: (value: number) => string;
  /** The values are counts: no ticks between whole numbers. */
  whole?: boolean;
  /** Called with the chosen window in milliseconds since 1970. */
  onBrush?: (fromMs: number, toMs: number) => void;
  className?: string;
}

interface Hover {
  index: number;
  left: number;
}

export function TimeChart(props: TimeChartProps) {
  const { label, times, series, kind, height, format, whole = false, onBrush, className } = props;
  const [measure, width] = useWidth();
  const host = useRef<HTMLDivElement | null>(null);
  const theme = useTheme((state) => state.theme);
  const [hover, setHover] = useState<Hover>();
  const latest = useRef({ onBrush, format });
  useLayoutEffect(() => {
    latest.current = { onBrush, format };
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: colours change with the theme
  useLayoutEffect(() => {
    const element = host.current;
    if (!element || width === 0 || times.length === 0 || !canDraw()) return;
    const values = series.map((one) => one.values);
    const data = [times.map((time) => time / 1_000), ...(kind === "bars" ? stacked(values) : values)];
    const plot = new uPlot(
      options({
        width,
        height,
        kind,
        whole,
        series,
        style: getComputedStyle(element),
        bucket: (times[1] ?? times[0] ?? 0) - (times[0] ?? 0),
        format: (value) => latest.current.format(value),
        onHover: (index, left) => setHover(index === null ? undefined : { index, left }),
        onBrush: (from, to) => latest.current.onBrush?.(from, to),
      }),
      data as uPlot.AlignedData,
      element,
    );
    return () => plot.destroy();
  }, [times, series, kind, whole, height, width, theme]);

  return (
    <figure className={cn("relative min-w-0", className)} aria-label={label}>
      <div
        ref={(element) => {
          host.current = element;
          return measure(element);
        }}
        style={{ height }}
        className={onBrush ? "cursor-crosshair" : undefined}
      />
      {hover && times[hover.index] !== undefined && (
        <figcaption
          className="pointer-events-none absolute top-1 z-10 grid gap-0.5 rounded-md border border-line-strong bg-raised px-2 py-1.5 text-2xs shadow-pop"
          style={hover.left > width / 2 ? { right: width - hover.left + 14 } : { left: hover.left + 14 }}
        >
          <span className="text-faint tnum">{new Date(times[hover.index] ?? 0).toLocaleString()}</span>
          {series.map((one) => {
            const value = one.values[hover.index];
            return (
              <span key={one.label} className="flex items-center gap-2">
                <span className="size-2 rounded-full" style={{ backgroundColor: `var(${one.color})` }} />
                <span className="text-muted">{one.label}</span>
                <span className="ml-auto pl-3 font-medium tnum">{value == null ? "–" : format(value)}</span>
              </span>
            );
          })}
        </figcaption>
      )}
    </figure>
  );
}

/** A chart below this height has room for two labels at most. */
const LOW_PX = 120;

/** Shorter drags are clicks. */
const BRUSH_PX_MIN = 6;

/** Distances between ticks of counts: 1, 2, 5, 10, 20, 50, … */
const WHOLE_STEPS = Array.from({ length: 13 }, (_, power) =>
  [1, 2, 5].map((step) => step * 10 ** power),
).flat();

/** Labels by the distance between ticks in seconds; the second line says the day where it changes. */
const TIME_LABELS: uPlot.Axis.Values = [
  [86_400 * 28, "{MMM}", "\n{YYYY}", null, null, null, null, null, 1],
  [86_400, "{MMM} {D}", "\n{YYYY}", null, null, null, null, null, 1],
  [60, "{HH}:{mm}", "\n{MMM} {D}", null, "\n{MMM} {D}", null, null, null, 1],
  [1, "{HH}:{mm}:{ss}", "\n{MMM} {D}", null, "\n{MMM} {D}", null, null, null, 1],
];

interface OptionsInput {
  width: number;
  height: number;
  kind: "lines" | "bars";
  whole: boolean;
  series: readonly ChartSeries[];
  style: CSSStyleDeclaration;
  bucket: number;
  format: (value: number) => string;
  onHover: (index: number | null, left: number) => void;
  onBrush: (fromMs: number, toMs: number) => void;
}

function options(input: OptionsInput): uPlot.Options {
  const color = (name: string) => input.style.getPropertyValue(name).trim();
  const axis: uPlot.Axis = {
    stroke: color("--faint"),
    font: `11px ${input.style.fontFamily}`,
    grid: { stroke: color("--line"), width: 1 },
    ticks: { show: false },
  };
  return {
    width: input.width,
    height: input.height,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { size: 6 }, drag: { x: true, y: false, setScale: false } },
    scales: {
      x: { time: true, range: (_, min, max) => [min, max + input.bucket / 1_000] },
      y: { range: (_, min, max) => [Math.min(0, min), max > 0 ? max * 1.08 : 1] },
    },
    axes: [
      { ...axis, grid: { show: false }, space: 70, size: 38, values: TIME_LABELS },
      {
        ...axis,
        size: 52,
        space: input.height < LOW_PX ? 16 : 34,
        ...(input.whole ? { incrs: WHOLE_STEPS } : {}),
        values: (_, ticks) => ticks.map((tick) => (tick === 0 ? "0" : input.format(tick))),
      },
    ],
    series: [{}, ...input.series.map((one) => seriesOptions(one, color(one.color), input.kind))],
    hooks: {
      setCursor: [
        (plot) => {
          const { idx, left } = plot.cursor;
          input.onHover(idx ?? null, (left ?? 0) + plot.bbox.left / devicePixelRatio);
        },
      ],
      setSelect: [
        (plot) => {
          const { left, width } = plot.select;
          if (width < BRUSH_PX_MIN) return;
          input.onBrush(plot.posToVal(left, "x") * 1_000, plot.posToVal(left + width, "x") * 1_000);
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
    },
  };
}

function seriesOptions(series: ChartSeries, color: string, kind: "lines" | "bars"): uPlot.Series {
  const common = { label: series.label, points: { show: series.values.length < 2 } };
  if (kind === "lines") return { ...common, stroke: color, width: 1.5, spanGaps: false };
  const bars = uPlot.paths.bars;
  return {
    ...common,
    points: { show: false },
    fill: color,
    stroke: color,
    width: 0,
    ...(bars ? { paths: bars({ size: [0.86, 40], align: 1 }) } : {}),
  };
}

/** Tests run without a canvas. */
function canDraw(): boolean {
  return typeof Path2D !== "undefined";
}
