/** The minimap: all spans in a small picture. Rows are sampled, so that its cost does not grow with the trace. Pure. */
import type { TraceModel } from "@/telemetry/trace/build-trace";

export interface MiniBar {
  index: number;
  /** Shares of the picture, 0 to 1. */
  left: number;
  width: number;
  top: number;
}

/** More bars than this cannot be told apart in 40 pixels of height. */
const BARS_MAX = 2_000;

/** Evenly sampled spans, and every failed one while there is room. */
export function miniBars(model: TraceModel): MiniBar[] {
  const count = model.spans.length;
  const step = Math.max(1, Math.ceil(count / BARS_MAX));
  const total = model.totalNanos || 1;
  const bars: MiniBar[] = [];
  const add = (index: number) =>
    bars.push({
      index,
      left: (model.offsetNanos[index] ?? 0) / total,
      width: (model.durationNanos[index] ?? 0) / total,
      top: index / count,
    });
  for (let index = 0; index < count; index += step) add(index);
  if (step > 1) {
    let room = BARS_MAX;
    for (let index = 0; index < count && room > 0; index++) {
      if (index % step === 0 || model.spans[index]?.status !== "error") continue;
      add(index);
      room -= 1;
    }
  }
  return bars;
}
