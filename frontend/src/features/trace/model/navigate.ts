/** Where the arrow keys lead from the selected span. Pure: the tree pattern of the ARIA practices guide. */
import type { TraceModel } from "@/telemetry/trace/build-trace";

export type TreeMove = { select: number } | { expand: number } | { collapse: number } | undefined;

export function treeMove(
  key: string,
  model: TraceModel,
  rows: Int32Array,
  selected: number,
  collapsed: ReadonlySet<string>,
): TreeMove {
  const position = rows.indexOf(selected);
  const at = (index: number): TreeMove => {
    const row = rows[Math.min(rows.length - 1, Math.max(0, index))];
    return row === undefined ? undefined : { select: row };
  };
  if (position < 0) return key.startsWith("Arrow") || key === "Home" ? at(0) : undefined;

  const hasChildren = (model.end[selected] ?? 0) > selected + 1;
  const isCollapsed = collapsed.has(model.spans[selected]?.span_id ?? "");
  const parent = model.parent[selected] ?? -1;
  switch (key) {
    case "ArrowDown":
      return at(position + 1);
    case "ArrowUp":
      return at(position - 1);
    case "PageDown":
      return at(position + 15);
    case "PageUp":
      return at(position - 15);
    case "Home":
      return at(0);
    case "End":
      return at(rows.length - 1);
    case "ArrowRight":
      if (!hasChildren) return undefined;
      return isCollapsed ? { expand: selected } : at(position + 1);
    case "ArrowLeft":
      if (hasChildren && !isCollapsed) return { collapse: selected };
      return parent >= 0 ? { select: parent } : undefined;
    default:
      return undefined;
  }
}
