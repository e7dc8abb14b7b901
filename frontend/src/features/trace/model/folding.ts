/** Which spans are folded. The URL holds a depth and the exceptions to it, which stays short for any trace. Pure. */
import type { TraceModel } from "@/telemetry/trace/build-trace";

export interface Folding {
  /** Spans at this depth and below are folded unless toggled; undefined folds none. */
  depth?: number | undefined;
  toggled: ReadonlySet<string>;
}

/** Exceptions kept in the URL; beyond it the oldest are forgotten. */
const TOGGLED_MAX = 60;

export function parseFolding(depth: number | undefined, folds: string | undefined): Folding {
  return { depth, toggled: new Set(folds ? folds.split(",") : []) };
}

export function foldedSpans(model: TraceModel, folding: Folding): Set<string> {
  const folded = new Set<string>();
  const { depth } = folding;
  if (depth !== undefined) {
    model.spans.forEach((span, index) => {
      const isBranch = (model.end[index] ?? 0) > index + 1;
      if (isBranch && (model.depth[index] ?? 0) >= depth && !folding.toggled.has(span.span_id))
        folded.add(span.span_id);
    });
  }
  for (const spanId of folding.toggled) {
    const index = model.indexById.get(spanId);
    if (index !== undefined && (depth === undefined || (model.depth[index] ?? 0) < depth)) folded.add(spanId);
  }
  return folded;
}

/** The `folds` parameter after one span was folded or unfolded. */
export function toggleFold(folding: Folding, spanId: string): string | undefined {
  const toggled = new Set(folding.toggled);
  if (!toggled.delete(spanId)) toggled.add(spanId);
  const kept = [...toggled].slice(-TOGGLED_MAX);
  return kept.length > 0 ? kept.join(",") : undefined;
}
