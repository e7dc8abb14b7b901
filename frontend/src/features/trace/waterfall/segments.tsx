/** The parts of a bar that the end of the trace was waiting for. */
import type { CriticalPath } from "@/features/trace/model/critical-path";
import { placeInWindow, type TimeWindow } from "@/features/trace/model/time-window";

/** Drawn per span; a span with more of them looks the same. */
const SEGMENTS_MAX = 50;

interface SegmentsProps {
  path: CriticalPath;
  index: number;
  window: TimeWindow;
}

export function Segments({ path, index, window }: SegmentsProps) {
  const first = path.firstSegment[index] ?? 0;
  const last = Math.min(path.firstSegment[index + 1] ?? 0, first + SEGMENTS_MAX);
  const marks = [];
  for (let at = first; at < last; at++) {
    const start = path.startNanos[at] ?? 0;
    const place = placeInWindow(window, start, (path.endNanos[at] ?? 0) - start);
    if (!place) continue;
    marks.push(
      <span
        key={at}
        className="absolute bottom-0 h-[2px] min-w-[2px] bg-text md:top-[calc(50%+8px)] md:bottom-auto"
        style={{ left: `${place.left}%`, width: `${place.width}%` }}
      />,
    );
  }
  return marks;
}
