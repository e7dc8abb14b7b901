/** What uPlot is told: scales, axes whose labels have the room they need, marks at round values, and the two gestures. */
import uPlot from "uplot";
import { logEnds, logMarks, type ValueScale } from "./value-scales";

export interface ChartSeries {
  label: string;
  /** CSS variable, for example `--accent`. */
  color: string;
  values: readonly (number | null)[];
}

interface OptionsInput {
  width: number;
  height: number;
  kind: "lines" | "bars";
  values: ValueScale;
  /** Equal distances are equal factors; values of zero and below are left out. */
  log: boolean;
  /** Times are in UTC instead of the browser's zone. */
  utc: boolean;
  series: readonly ChartSeries[];
  style: CSSStyleDeclaration;
  /** Length of a bucket in milliseconds. */
  bucket: number;
  onHover: (index: number | null, left: number) => void;
  onBrush: (fromMs: number, toMs: number) => void;
}

/** A chart below this height has room for two labels at most. */
const LOW_PX = 120;

/** Shorter drags are clicks. */
const BRUSH_PX_MIN = 6;

const FONT_PX = 11;
/** Between the labels of values and the plot. */
const LABEL_GAP_PX = 14;
const LABELS_PX_MIN = 28;
/** Half of the widest label below the chart, which may stand at its right end. */
const RIGHT_PX = 26;

/** Labels by the distance between marks in seconds; the second line says the day where it changes. */
const TIME_LABELS: uPlot.Axis.Values = [
  [86_400 * 28, "{MMM}", "\n{YYYY}", null, null, null, null, null, 1],
  [86_400, "{MMM} {D}", "\n{YYYY}", null, null, null, null, null, 1],
  [60, "{HH}:{mm}", "\n{MMM} {D}", null, "\n{MMM} {D}", null, null, null, 1],
  [1, "{HH}:{mm}:{ss}", "\n{MMM} {D}", null, "\n{MMM} {D}", null, null, null, 1],
];

export function chartOptions(input: OptionsInput): uPlot.Options {
  const color = (name: string) => input.style.getPropertyValue(name).trim();
  const font = `${FONT_PX}px ${input.style.fontFamily}`;
  const axis: uPlot.Axis = {
    stroke: color("--faint"),
    font,
    grid: { stroke: color("--line"), width: 1 },
    ticks: { show: false },
  };
  return {
    width: input.width,
    height: input.height,
    padding: [8, RIGHT_PX, 0, 0],
    legend: { show: false },
    ...(input.utc ? { tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), "Etc/UTC") } : {}),
    cursor: { y: false, points: { size: 6 }, drag: { x: true, y: false, setScale: false } },
    scales: {
      x: { time: true, range: (_, min, max) => [min, max + input.bucket / 1_000] },
      y: valueRange(input),
    },
    axes: [
      { ...axis, grid: { show: false }, space: 70, size: 38, values: TIME_LABELS },
      { ...axis, ...valueMarks(input), size: (plot, labels) => widthOf(plot, labels, font) },
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

function valueRange({ log, series, values }: OptionsInput): uPlot.Scale {
  if (!log) return { range: (_, min, max) => [Math.min(0, min), max > 0 ? max * 1.08 : 1] };
  const ends = logEnds(
    values,
    series.flatMap((one) => one.values),
  );
  return { distr: 3, log: 10, range: () => ends ?? [1, 10] };
}

function valueMarks({ log, height, values }: OptionsInput): Partial<uPlot.Axis> {
  const space = height < LOW_PX ? 16 : 34;
  const write = (marks: readonly (number | null)[]) =>
    marks.map((mark) => (mark === null ? null : mark === 0 ? "0" : values.format(mark)));
  if (!log) {
    return {
      space,
      ...(values.steps ? { incrs: [...values.steps] } : {}),
      values: (_, marks) => write(marks) as string[],
    };
  }
  return {
    space,
    splits: (_, __, low, high) => logMarks(values, low, high, height / space),
    filter: (_, marks) => marks,
    values: (_, marks) => write(marks) as string[],
  };
}

/** Room for the longest label, in CSS pixels. */
function widthOf(plot: uPlot, labels: readonly string[] | null, font: string): number {
  if (!labels || labels.length === 0) return LABELS_PX_MIN;
  plot.ctx.save();
  plot.ctx.font = font;
  const widest = Math.max(...labels.map((label) => plot.ctx.measureText(label ?? "").width));
  plot.ctx.restore();
  return Math.max(LABELS_PX_MIN, Math.ceil(widest) + LABEL_GAP_PX);
}

function seriesOptions(series: ChartSeries, color: string, kind: "lines" | "bars"): uPlot.Series {
  const common = { label: series.label, points: { show: series.values.length < 2 } };
  if (kind === "lines") {
    const points = isScattered(series.values) ? { show: true, size: 4, fill: color } : common.points;
    return { ...common, points, stroke: color, width: 1.5, spanGaps: false };
  }
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

/** A value without neighbours makes no line: it needs a dot to be seen. */
function isScattered(values: readonly (number | null)[]): boolean {
  return values.some(
    (value, index) => value !== null && values[index - 1] == null && values[index + 1] == null,
  );
}
