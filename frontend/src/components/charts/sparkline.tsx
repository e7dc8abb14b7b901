/** A series in the height of a line of text: its shape, not its values. Decoration beside figures. */
interface SparklineProps {
  values: readonly number[];
  /** CSS colour. */
  color?: string;
}

const WIDTH = 96;
const HEIGHT = 20;

export function Sparkline({ values, color = "var(--accent)" }: SparklineProps) {
  if (values.length === 0) return null;
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      className="h-5 w-24 shrink-0"
      preserveAspectRatio="none"
      aria-hidden
    >
      <path d={barsPath(values)} fill={color} />
    </svg>
  );
}

/** One bar for each value, from the bottom; what is not zero can be seen. Pure. */
export function barsPath(values: readonly number[]): string {
  const most = Math.max(...values, 0);
  if (most <= 0) return "";
  const step = WIDTH / values.length;
  const width = Math.max(0.5, step - 0.5);
  return values
    .map((value, index) => {
      if (value <= 0) return "";
      const height = Math.max(1, (value / most) * HEIGHT);
      return `M${round(index * step)} ${HEIGHT}v${round(-height)}h${round(width)}v${round(height)}z`;
    })
    .join("");
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
