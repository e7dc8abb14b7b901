/** Which spans are shown as rows: not under a collapsed one, and matching the search with their ancestors. Pure. */
import type { TraceModel } from "@/telemetry/trace/build-trace";

export interface RowFilter {
  /** Text to find in name, service, model or span id; empty shows all. */
  text: string;
  errorsOnly: boolean;
  /** Ids of spans that hold the text in their content, as far as the server has looked. */
  hits?: ReadonlySet<string> | undefined;
}

export interface VisibleRows {
  /** Indexes into the model, in display order. */
  rows: Int32Array;
  /** 1 for spans that match the filter themselves; ancestors are only shown for their place. */
  matches: Uint8Array | null;
  matchCount: number;
}

/** A filter shows its matches even below collapsed spans; without one, collapsed subtrees are skipped whole. */
export function visibleRows(
  model: TraceModel,
  collapsed: ReadonlySet<string>,
  filter: RowFilter,
): VisibleRows {
  const text = filter.text.trim().toLowerCase();
  if (text === "" && !filter.errorsOnly)
    return { rows: uncollapsed(model, collapsed), matches: null, matchCount: 0 };

  const count = model.spans.length;
  const matches = new Uint8Array(count);
  const keep = new Uint8Array(count);
  let matchCount = 0;
  // Children come after their parents, so one backward pass marks every ancestor of a match.
  for (let index = count - 1; index >= 0; index--) {
    if (isMatch(model, index, text, filter)) {
      matches[index] = 1;
      keep[index] = 1;
      matchCount += 1;
    }
    const up = model.parent[index] ?? -1;
    if (keep[index] && up >= 0) keep[up] = 1;
  }
  const rows = new Int32Array(keep.reduce((sum, kept) => sum + kept, 0));
  let length = 0;
  for (let index = 0; index < count; index++) if (keep[index]) rows[length++] = index;
  return { rows, matches, matchCount };
}

function uncollapsed(model: TraceModel, collapsed: ReadonlySet<string>): Int32Array {
  const count = model.spans.length;
  const rows = new Int32Array(count);
  let length = 0;
  let index = 0;
  while (index < count) {
    rows[length++] = index;
    const folded = collapsed.size > 0 && collapsed.has(model.spans[index]?.span_id ?? "");
    index = folded ? (model.end[index] ?? index + 1) : index + 1;
  }
  return rows.subarray(0, length);
}

function isMatch(model: TraceModel, index: number, text: string, { errorsOnly, hits }: RowFilter): boolean {
  const span = model.spans[index];
  if (!span || (errorsOnly && span.status !== "error")) return false;
  if (text === "" || hits?.has(span.span_id)) return true;
  return (
    span.name.toLowerCase().includes(text) ||
    span.service.toLowerCase().includes(text) ||
    (span.model?.toLowerCase().includes(text) ?? false) ||
    (span.role?.includes(text) ?? false) ||
    span.span_id === text
  );
}
