/**
 * The critical path: at every moment of the trace the one span that its end was waiting for. Walks back from the end of
 * the longest root: the child that ended last was waited for, before it the one that ended last before its start.
 * Children that outlive their parent count up to the parent's end. Explicit stack, no recursion.
 */
import type { TraceModel } from "@/telemetry/trace/build-trace";

export interface CriticalPath {
  /** Segments of span i are those at [firstSegment[i], firstSegment[i + 1]). */
  firstSegment: Int32Array;
  startNanos: Float64Array;
  endNanos: Float64Array;
}

interface Segment {
  index: number;
  start: number;
  end: number;
}

export function criticalPath(model: TraceModel): CriticalPath {
  const root = longestRoot(model);
  return packed(model.spans.length, root < 0 ? [] : walkBack(model, root));
}

/** Nanoseconds of the path that span i accounts for itself. */
export function nanosOnPath(path: CriticalPath, index: number): number {
  let sum = 0;
  for (let at = path.firstSegment[index] ?? 0; at < (path.firstSegment[index + 1] ?? 0); at++) {
    sum += (path.endNanos[at] ?? 0) - (path.startNanos[at] ?? 0);
  }
  return sum;
}

function longestRoot(model: TraceModel): number {
  let longest = -1;
  for (let index = 0; index < model.spans.length; index = model.end[index] ?? index + 1) {
    if (longest < 0 || (model.durationNanos[index] ?? 0) > (model.durationNanos[longest] ?? 0))
      longest = index;
  }
  return longest;
}

interface Frame {
  index: number;
  start: number;
  /** Time up to which this span's part is still to be told. */
  cursor: number;
  /** Children, last ending first; `next` is the first one not looked at. */
  children: number[];
  next: number;
}

function walkBack(model: TraceModel, root: number): Segment[] {
  const endOf = (index: number) => (model.offsetNanos[index] ?? 0) + (model.durationNanos[index] ?? 0);
  const open = (index: number, limit: number): Frame => {
    const children: number[] = [];
    for (let child = index + 1; child < (model.end[index] ?? 0); child = model.end[child] ?? child + 1) {
      children.push(child);
    }
    children.sort((a, b) => endOf(b) - endOf(a));
    return {
      index,
      start: model.offsetNanos[index] ?? 0,
      cursor: Math.min(limit, endOf(index)),
      children,
      next: 0,
    };
  };
  const segments: Segment[] = [];
  const stack = [open(root, Number.POSITIVE_INFINITY)];
  for (let frame = stack.at(-1); frame; frame = stack.at(-1)) {
    const child = frame.children[frame.next];
    if (child === undefined || frame.cursor <= frame.start) {
      add(segments, frame.index, frame.start, frame.cursor);
      stack.pop();
      continue;
    }
    frame.next += 1;
    const childStart = model.offsetNanos[child] ?? 0;
    // One that starts after the cursor ran beside what is already on the path.
    if (childStart >= frame.cursor) continue;
    const childEnd = Math.min(endOf(child), frame.cursor);
    if (childEnd <= frame.start) continue;
    add(segments, frame.index, childEnd, frame.cursor);
    stack.push(open(child, childEnd));
    frame.cursor = Math.max(frame.start, childStart);
  }
  return segments;
}

function add(segments: Segment[], index: number, start: number, end: number): void {
  if (end > start) segments.push({ index, start, end });
}

function packed(count: number, segments: Segment[]): CriticalPath {
  const firstSegment = new Int32Array(count + 1);
  for (const { index } of segments) firstSegment[index + 1] = (firstSegment[index + 1] ?? 0) + 1;
  for (let index = 0; index < count; index++) {
    firstSegment[index + 1] = (firstSegment[index + 1] ?? 0) + (firstSegment[index] ?? 0);
  }
  const path = {
    firstSegment,
    startNanos: new Float64Array(segments.length),
    endNanos: new Float64Array(segments.length),
  };
  const filled = firstSegment.slice();
  // The walk went back in time; told forwards, the segments of a span ascend.
  for (const { index, start, end } of segments.toReversed()) {
    const at = filled[index] ?? 0;
    path.startNanos[at] = start;
    path.endNanos[at] = end;
    filled[index] = at + 1;
  }
  return path;
}
