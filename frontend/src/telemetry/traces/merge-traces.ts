/** Puts traces that arrive into the loaded pages of a list, each at its place in the list's order. Pure. */
import type { TracePages } from "./list-query";
import { compareTraces } from "./order";
import type { TraceSummary } from "./traces-query";
import type { TracesSearch } from "./traces-search";

/** Rows that a list without older pages may grow to; older ones are read again by scrolling. */
const ROWS_MAX = 500;

type Ordered = Pick<TracesSearch, "order" | "direction">;

/** Each replaces an earlier version of itself. What belongs behind the last loaded page is read when that is reached. */
export function mergeTraces(data: TracePages, fresh: readonly TraceSummary[], order: Ordered): TracePages {
  const byId = new Map(fresh.map((trace) => [trace.trace_id, trace]));
  if (byId.size === 0 || data.pages.length === 0) return data;
  const known = new Map<string, TraceSummary["columns"]>();
  for (const { items } of data.pages) {
    for (const item of items) if (byId.has(item.trace_id)) known.set(item.trace_id, item.columns);
  }
  // the live tail does not look up attributes: those that were known stay
  const rest = [...byId.values()]
    .map((trace) => (trace.columns ? trace : { ...trace, columns: known.get(trace.trace_id) ?? null }))
    .sort((a, b) => compareTraces(a, b, order));
  let next = 0;
  const last = data.pages.length - 1;
  const pages = data.pages.map((page, index) => {
    const items: TraceSummary[] = [];
    for (const item of page.items) {
      if (byId.has(item.trace_id)) continue;
      for (let trace = rest[next]; trace && compareTraces(trace, item, order) < 0; trace = rest[next]) {
        items.push(trace);
        next += 1;
      }
      items.push(item);
    }
    // behind the last row there is room only where the list ends
    if (index === last && page.next_cursor === null) items.push(...rest.slice(next));
    return { ...page, items: last === 0 ? items.slice(0, ROWS_MAX) : items };
  });
  return { ...data, pages };
}
