/**
 * A virtualised table whose columns come and go with the width it gets. Rows are real links (the name cell's
 * link covers its row), so middle click and keyboard work; up and down move between rows.
 */
import type { RowData } from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactNode, useRef } from "react";
import { useWidth } from "@/state/use-width";
import { type DataColumns, useColumns } from "./data-columns";
import { DataRow, HeadRow } from "./data-row";
import { useScrollAnchor } from "./use-scroll-anchor";

const ROW_PX = 36;
const COMPACT_ROW_PX = 64;
/** Below this width each row becomes a two-line card. */
const COMPACT_BELOW_PX = 560;
/** How far from the end, in pixels, the next page is asked for. */
const END_MARGIN_PX = 800;
/** Assumed until the first measurement, and in tests without layout. */
const FALLBACK_WIDTH_PX = 1200;

interface DataTableProps<T extends RowData> {
  label: string;
  columns: DataColumns<T>;
  rows: T[];
  getRowId: (row: T) => string;
  /** The row on narrow screens: must contain the row's link. */
  renderCompact: (row: T) => ReactNode;
  /** Columns that somebody chose to leave out. */
  hidden?: readonly string[];
  /** Rows to mark as just arrived. */
  arrived?: Set<string>;
  /** Id of the row whose details are open. */
  selected?: string;
  onEndReached?: () => void;
  footer?: ReactNode;
}

export function DataTable<T extends RowData>(props: DataTableProps<T>) {
  const { label, columns, rows, getRowId, renderCompact, hidden, arrived, selected, onEndReached, footer } =
    props;
  const scroller = useRef<HTMLDivElement>(null);
  const [measure, measured] = useWidth();
  const width = measured || FALLBACK_WIDTH_PX;
  const compact = width < COMPACT_BELOW_PX;
  const rowPx = compact ? COMPACT_ROW_PX : ROW_PX;

  const { table, tracks } = useColumns({ columns, rows, getRowId, hidden, width });
  const tableRows = table.getRowModel().rows;
  const noteAnchor = useScrollAnchor(scroller, tableRows, rowPx);
  const virtualizer = useVirtualizer({
    count: tableRows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    getItemKey: (index) => tableRows[index]?.id ?? index,
    overscan: 16,
    initialRect: { width: FALLBACK_WIDTH_PX, height: 800 },
  });

  function handleScroll() {
    noteAnchor();
    const box = scroller.current;
    if (box && box.scrollHeight - box.scrollTop - box.clientHeight < END_MARGIN_PX) onEndReached?.();
  }

  return (
    <div
      ref={(element) => {
        scroller.current = element;
        return measure(element);
      }}
      onScroll={handleScroll}
      className="relative min-h-0 flex-1 overflow-auto"
    >
      {/* biome-ignore lint/a11y/useSemanticElements: rows are virtualised and laid out as grids */}
      <div role="table" aria-label={label} aria-rowcount={rows.length + 1} onKeyDown={moveBetweenRows}>
        {!compact && <HeadRow table={table} tracks={tracks} />}
        {/* biome-ignore lint/a11y/useSemanticElements: as above */}
        <div role="rowgroup" className="relative" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map((item) => {
            const row = tableRows[item.index];
            if (!row) return null;
            return (
              <DataRow
                key={item.key}
                table={table}
                row={row}
                place={item}
                tracks={tracks}
                arrived={arrived?.has(row.id) ?? false}
                selected={row.id === selected}
                {...(compact ? { compact: renderCompact(row.original) } : {})}
              />
            );
          })}
        </div>
      </div>
      {footer}
    </div>
  );
}

/** Up and down move the focus between the links that stand for the rows. */
function moveBetweenRows(event: KeyboardEvent<HTMLDivElement>) {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (step === 0 || !(event.target instanceof HTMLAnchorElement)) return;
  const row = event.target.closest<HTMLElement>("[role=row]");
  const index = Number(row?.getAttribute("aria-rowindex"));
  const next = event.currentTarget.querySelector<HTMLAnchorElement>(`[aria-rowindex="${index + step}"] a`);
  if (!next) return;
  event.preventDefault();
  next.focus();
}
