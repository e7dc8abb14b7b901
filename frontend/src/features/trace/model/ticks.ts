/** Round tick marks for a time axis that fits the data. Pure. */
import { roundStep } from "@/lib/duration-steps";

/** Offsets in nanoseconds from start to end, about `wanted` of them, at round distances from zero. */
export function timeTicks(startNanos: number, endNanos: number, wanted: number): number[] {
  const length = endNanos - startNanos;
  if (!(length > 0) || wanted < 1) return [startNanos];
  const step = roundStep(length / wanted);
  const ticks: number[] = [];
  const first = Math.ceil(startNanos / step);
  const last = Math.floor(endNanos / step);
  for (let count = first; count <= last; count++) ticks.push(count * step);
  return ticks;
}
