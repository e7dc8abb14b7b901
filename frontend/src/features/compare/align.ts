/**
 * Puts the spans of two traces side by side. Siblings are matched by name and role in order, as a text diff matches lines;
 * matched spans are compared below, the others stand alone with all that is below them. Pure, no recursion.
 */
import type { TraceModel } from "@/telemetry/trace/build-trace";

export interface AlignedRow {
  /** Indexes into the two models; -1 where a side has nothing. */
  a: number;
  b: number;
  depth: number;
}

/** Sibling lists whose product is larger are matched greedily: the exact way would take too long. */
const EXACT_PRODUCT_MAX = 250_000;

interface Work {
  a: number;
  b: number;
  depth: number;
}

/** Starts at one span of each side, or at all roots for -1. */
export function align(a: TraceModel, b: TraceModel, fromA: number, fromB: number): AlignedRow[] {
  const rows: AlignedRow[] = [];
  const stack: Work[] =
    fromA >= 0 && fromB >= 0
      ? [{ a: fromA, b: fromB, depth: 0 }]
      : matched(a, b, roots(a), roots(b), 0).reverse();
  for (let work = stack.pop(); work; work = stack.pop()) {
    rows.push(work);
    const below = matched(
      a,
      b,
      work.a < 0 ? [] : children(a, work.a),
      work.b < 0 ? [] : children(b, work.b),
      work.depth + 1,
    );
    stack.push(...below.reverse());
  }
  return rows;
}

function roots(model: TraceModel): number[] {
  return siblings(model, 0, model.spans.length);
}

function children(model: TraceModel, parent: number): number[] {
  return siblings(model, parent + 1, model.end[parent] ?? 0);
}

function siblings(model: TraceModel, from: number, to: number): number[] {
  const found: number[] = [];
  for (let index = from; index < to; index = model.end[index] ?? index + 1) found.push(index);
  return found;
}

function keyOf(model: TraceModel, index: number): string {
  const span = model.spans[index];
  return `${span?.role ?? span?.kind} ${span?.name}`;
}

function matched(a: TraceModel, b: TraceModel, left: number[], right: number[], depth: number): Work[] {
  const leftKeys = left.map((index) => keyOf(a, index));
  const rightKeys = right.map((index) => keyOf(b, index));
  const pairs =
    left.length * right.length <= EXACT_PRODUCT_MAX
      ? longestCommon(leftKeys, rightKeys)
      : greedyCommon(leftKeys, rightKeys);
  const work: Work[] = [];
  let atLeft = 0;
  let atRight = 0;
  for (const [i, j] of [...pairs, [left.length, right.length] as const]) {
    for (; atLeft < i; atLeft++) work.push({ a: left[atLeft] ?? -1, b: -1, depth });
    for (; atRight < j; atRight++) work.push({ a: -1, b: right[atRight] ?? -1, depth });
    if (i < left.length && j < right.length) work.push({ a: left[i] ?? -1, b: right[j] ?? -1, depth });
    atLeft = i + 1;
    atRight = j + 1;
  }
  return work;
}

/** Longest common subsequence by dynamic programming. */
function longestCommon(left: readonly string[], right: readonly string[]): [number, number][] {
  const width = right.length + 1;
  const lengths = new Int32Array((left.length + 1) * width);
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      lengths[i * width + j] =
        left[i] === right[j]
          ? (lengths[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0);
    }
  }
  const pairs: [number, number][] = [];
  let i = 0;
  let j = 0;
  while (i < left.length && j < right.length) {
    if (left[i] === right[j]) pairs.push([i++, j++]);
    else if ((lengths[(i + 1) * width + j] ?? 0) >= (lengths[i * width + j + 1] ?? 0)) i += 1;
    else j += 1;
  }
  return pairs;
}

/** The next place on the right with the same key, in order. */
function greedyCommon(left: readonly string[], right: readonly string[]): [number, number][] {
  const places = new Map<string, number[]>();
  right.forEach((key, index) => {
    const list = places.get(key);
    if (list) list.push(index);
    else places.set(key, [index]);
  });
  const used = new Map<string, number>();
  const pairs: [number, number][] = [];
  let after = 0;
  left.forEach((key, i) => {
    const list = places.get(key) ?? [];
    let at = used.get(key) ?? 0;
    while (at < list.length && (list[at] ?? 0) < after) at += 1;
    const j = list[at];
    used.set(key, j === undefined ? at : at + 1);
    if (j === undefined) return;
    pairs.push([i, j]);
    after = j + 1;
  });
  return pairs;
}

/** What a row says about the difference. */
export interface RowDifference {
  kind: "same" | "only_a" | "only_b";
  /** B's duration by A's; null where one is missing or A took no time. */
  ratio: number | null;
  statusDiffers: boolean;
}

/** Slower or faster by less than this is noise. */
const NOTABLE_RATIO = 1.2;

export function differenceOf(a: TraceModel, b: TraceModel, row: AlignedRow): RowDifference {
  if (row.a < 0) return { kind: "only_b", ratio: null, statusDiffers: false };
  if (row.b < 0) return { kind: "only_a", ratio: null, statusDiffers: false };
  const before = a.durationNanos[row.a] ?? 0;
  const after = b.durationNanos[row.b] ?? 0;
  return {
    kind: "same",
    ratio: before > 0 ? after / before : null,
    statusDiffers: a.spans[row.a]?.status !== b.spans[row.b]?.status,
  };
}

export function isNotable({ kind, ratio, statusDiffers }: RowDifference): boolean {
  if (kind !== "same" || statusDiffers) return true;
  return ratio !== null && (ratio > NOTABLE_RATIO || ratio < 1 / NOTABLE_RATIO);
}
