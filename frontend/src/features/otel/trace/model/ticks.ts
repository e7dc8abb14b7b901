/** Round tick marks for a time axis that fits the data. Pure. */

const STEPS = [1, 2, 2.5, 5, 10];

/** Offsets in nanoseconds from 0 up to the total, about `wanted` of them, at round distances. */
export function timeTicks(totalNanos: number, wanted: number): number[] {
  if (!(totalNanos > 0) || wanted < 1) return [0];
  const rough = totalNanos / wanted;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, (STEPS.find((candidate) => candidate * magnitude >= rough) ?? 10) * magnitude);
  const ticks: number[] = [];
  for (let tick = 0; tick <= totalNanos; tick += step) ticks.push(tick);
  return ticks;
}
