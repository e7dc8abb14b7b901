/** Round tick marks for a time axis that fits the data. Pure. */

const STEPS = [1, 2, 2.5, 5, 10];

/** Offsets in nanoseconds from start to end, about `wanted` of them, at round distances from zero. */
export function timeTicks(startNanos: number, endNanos: number, wanted: number): number[] {
  const length = endNanos - startNanos;
  if (!(length > 0) || wanted < 1) return [startNanos];
  const rough = length / wanted;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, (STEPS.find((candidate) => candidate * magnitude >= rough) ?? 10) * magnitude);
  const ticks: number[] = [];
  const first = Math.ceil(startNanos / step);
  const last = Math.floor(endNanos / step);
  for (let count = first; count <= last; count++) ticks.push(count * step);
  return ticks;
}
