/**
 * Turns the flat spans of a trace into arrays that rows, bars and totals are read from. Linear passes over typed
 * arrays and no recursion: a trace may have 100,000 spans, chains of any depth, lost parents, even cycles.
 */

import { nanosToNumber } from "@/lib/format/duration";
import type { TraceSpan } from "./trace-query";

const NONE = -1;

export interface TraceModel {
  /** Spans in display order: depth first, siblings by start time. All arrays below share its index. */
  spans: TraceSpan[];
  indexById: Map<string, number>;
  /** Index of the parent, or -1 for a root. */
  parent: Int32Array;
  depth: Int32Array;
  /** Index after the last descendant: the subtree of i is the half-open range [i, end[i]). */
  end: Int32Array;
  /** Errors among the descendants, for collapsed rows. */
  errorsBelow: Int32Array;
  /** Start in nanoseconds after the trace's start. */
  offsetNanos: Float64Array;
  durationNanos: Float64Array;
  startUnixNano: bigint;
  totalNanos: number;
  /** 1 where the span names a parent that has not arrived. */
  orphan: Uint8Array;
}

export function buildTrace(input: readonly TraceSpan[]): TraceModel {
  const count = input.length;
  const order = preorder(input);
  const time = clock(input);
  const spans = new Array<TraceSpan>(count);
  const indexById = new Map<string, number>();
  const model: TraceModel = {
    spans,
    indexById,
    parent: new Int32Array(count).fill(NONE),
    depth: new Int32Array(count),
    end: new Int32Array(count),
    errorsBelow: new Int32Array(count),
    offsetNanos: new Float64Array(count),
    durationNanos: new Float64Array(count),
    orphan: new Uint8Array(count),
    startUnixNano: time.startUnixNano,
    totalNanos: time.totalNanos,
  };
  for (let position = 0; position < count; position++) {
    const { at, depth, orphan } = order;
    const source = at[position] ?? 0;
    const span = input[source] as TraceSpan;
    spans[position] = span;
    indexById.set(span.span_id, position);
    model.depth[position] = depth[position] ?? 0;
    model.orphan[position] = orphan[position] ?? 0;
    model.offsetNanos[position] = time.offsetNanos[source] ?? 0;
    model.durationNanos[position] = nanosToNumber(span.duration_ns);
    // In depth-first order every non-root follows its parent, which is therefore already indexed.
    if ((model.depth[position] ?? 0) > 0 && span.parent_span_id !== null) {
      model.parent[position] = indexById.get(span.parent_span_id) ?? NONE;
    }
  }
  foldUp(model);
  return model;
}

/** Subtree ends and error sums, children before parents. */
export function foldUp({ spans, parent, end, errorsBelow }: TraceModel): void {
  for (let index = 0; index < spans.length; index++) end[index] = index + 1;
  for (let index = spans.length - 1; index >= 0; index--) {
    const up = parent[index] ?? NONE;
    if (up === NONE) continue;
    end[up] = Math.max(end[up] ?? 0, end[index] ?? 0);
    const own = spans[index]?.status === "error" ? 1 : 0;
    errorsBelow[up] = (errorsBelow[up] ?? 0) + (errorsBelow[index] ?? 0) + own;
  }
}

interface Preorder {
  at: Int32Array;
  depth: Int32Array;
  orphan: Uint8Array;
}

/** Depth-first order with an explicit stack over first-child and next-sibling links. */
function preorder(input: readonly TraceSpan[]): Preorder {
  const count = input.length;
  const byId = new Map<string, number>();
  for (let index = 0; index < count; index++) byId.set((input[index] as TraceSpan).span_id, index);

  const firstChild = new Int32Array(count).fill(NONE);
  const nextSibling = new Int32Array(count).fill(NONE);
  const roots: number[] = [];
  // Backwards, so that prepending leaves siblings in start order.
  for (let index = count - 1; index >= 0; index--) {
    const parentId = (input[index] as TraceSpan).parent_span_id;
    const up = parentId === null ? undefined : byId.get(parentId);
    if (up === undefined || up === index) {
      roots.push(index);
      continue;
    }
    nextSibling[index] = firstChild[up] ?? NONE;
    firstChild[up] = index;
  }

  const result = { at: new Int32Array(count), depth: new Int32Array(count), orphan: new Uint8Array(count) };
  const placed = new Uint8Array(count);
  let position = 0;
  const place = (root: number) => {
    const stack = [root];
    const depths = [0];
    while (stack.length > 0) {
      const index = stack.pop() as number;
      const depth = depths.pop() as number;
      const sibling = nextSibling[index] ?? NONE;
      if (depth > 0 && sibling !== NONE) push(stack, depths, sibling, depth);
      if (placed[index]) continue;
      placed[index] = 1;
      result.at[position] = index;
      result.depth[position] = depth;
      result.orphan[position] = depth === 0 && (input[index] as TraceSpan).parent_span_id !== null ? 1 : 0;
      position += 1;
      const child = firstChild[index] ?? NONE;
      if (child !== NONE) push(stack, depths, child, depth + 1);
    }
  };
  for (let index = roots.length - 1; index >= 0; index--) place(roots[index] as number);
  // What is left hangs in a cycle; its first span stands in as a root.
  for (let index = 0; index < count; index++) if (!placed[index]) place(index);
  return result;
}

function push(stack: number[], depths: number[], index: number, depth: number): void {
  stack.push(index);
  depths.push(depth);
}

interface Clock {
  startUnixNano: bigint;
  totalNanos: number;
  /** By the index of the input. */
  offsetNanos: Float64Array;
}

/**
 * Start and length of the whole trace; spans may start before or end after their root. Times are split into seconds and
 * the nine digits of nanoseconds, both exact as numbers: BigInt for each of 100,000 spans costs a visible moment.
 */
function clock(input: readonly TraceSpan[]): Clock {
  const count = input.length;
  const seconds = new Float64Array(count);
  const nanos = new Float64Array(count);
  let first = 0;
  for (let index = 0; index < count; index++) {
    const text = (input[index] as TraceSpan).start_time_unix_nano;
    seconds[index] = wholeNumber(text.slice(0, -NANO_DIGITS));
    nanos[index] = wholeNumber(text.slice(-NANO_DIGITS));
    const ahead = (seconds[index] ?? 0) - (seconds[first] ?? 0) || (nanos[index] ?? 0) - (nanos[first] ?? 0);
    if (ahead < 0) first = index;
  }
  const offsetNanos = new Float64Array(count);
  let totalNanos = 0;
  for (let index = 0; index < count; index++) {
    const offset =
      ((seconds[index] ?? 0) - (seconds[first] ?? 0)) * NANOS_PER_SECOND +
      ((nanos[index] ?? 0) - (nanos[first] ?? 0));
    offsetNanos[index] = offset;
    totalNanos = Math.max(totalNanos, offset + nanosToNumber((input[index] as TraceSpan).duration_ns));
  }
  return { startUnixNano: toNanos(input[first]?.start_time_unix_nano ?? "0"), totalNanos, offsetNanos };
}

const NANO_DIGITS = 9;
const NANOS_PER_SECOND = 1_000_000_000;

function wholeNumber(text: string): number {
  const value = Number(text);
  return Number.isFinite(value) ? value : 0;
}

function toNanos(text: string): bigint {
  try {
    return BigInt(text);
  } catch {
    return 0n;
  }
}
