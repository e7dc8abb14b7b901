/** How long a span worked itself: its duration without the time in which any child ran. Pure, linear. */
import type { TraceModel } from "@/telemetry/trace/build-trace";

/** Nanoseconds by index. Children that run at the same time count once, and only within their parent. */
export function selfNanos({ spans, parent, offsetNanos, durationNanos }: TraceModel): Float64Array {
  const self = Float64Array.from(durationNanos);
  /** Up to where each span's children are counted. */
  const reached = Float64Array.from(offsetNanos);
  // Siblings stand in order of start.
  for (let index = 0; index < spans.length; index++) {
    const up = parent[index] ?? -1;
    if (up < 0) continue;
    const start = offsetNanos[index] ?? 0;
    const end = Math.min(
      start + (durationNanos[index] ?? 0),
      (offsetNanos[up] ?? 0) + (durationNanos[up] ?? 0),
    );
    const from = Math.max(start, reached[up] ?? 0);
    if (end <= from) continue;
    self[up] = (self[up] ?? 0) - (end - from);
    reached[up] = end;
  }
  return self;
}
