/** What changed from one trace of a chain to the next. Pure. */
import type { TraceModel } from "@/telemetry/trace/build-trace";
import { align } from "./align";

/** A name, and how many spans of it came or went. */
export interface NamedCount {
  name: string;
  count: number;
}

export interface StructureChange {
  added: NamedCount[];
  removed: NamedCount[];
}

/** Spans that one of two traces has and the other has not, by name, the most frequent first. */
export function structureChange(before: TraceModel, after: TraceModel): StructureChange {
  const added = new Map<string, number>();
  const removed = new Map<string, number>();
  for (const row of align(before, after, -1, -1)) {
    if (row.a < 0) count(added, after.spans[row.b]?.name);
    else if (row.b < 0) count(removed, before.spans[row.a]?.name);
  }
  return { added: listed(added), removed: listed(removed) };
}

export function total(counts: readonly NamedCount[]): number {
  return counts.reduce((sum, { count: own }) => sum + own, 0);
}

function count(names: Map<string, number>, name: string | undefined): void {
  const key = name || "(no name)";
  names.set(key, (names.get(key) ?? 0) + 1);
}

function listed(names: ReadonlyMap<string, number>): NamedCount[] {
  return [...names]
    .map(([name, own]) => ({ name, count: own }))
    .sort((a, b) => b.count - a.count || a.name.localeCompare(b.name));
}

/** By how much a figure differs from the one before it, as a share; null where there is nothing to divide by. */
export function shareOf(before: number | null, after: number | null): number | null {
  if (before === null || after === null || before === 0) return null;
  return after / before;
}

/** `+12 %`, `−3 %`, `×14`, `=`. */
export function formatChange(ratio: number): string {
  if (ratio >= 10) return `×${ratio.toFixed(0)}`;
  const percent = Math.round((ratio - 1) * 100);
  return percent === 0 ? "=" : `${percent > 0 ? "+" : "−"}${Math.abs(percent)} %`;
}
