/**
 * A virtualised table whose columns come and go with the width it gets. Rows are real links (the name cell's
 * link covers its row), so middle click and keyboard work.
 */
import type { RowData } from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useRef } from "react";
import { usePreferences } from "@/state/preferences";
import { useWidth } from "@/state/use-width";
import { type DataColumns, type Sort, useColumns } from "./data-columns";
import { HeadRow } from "./data-head";
import { DataRow } from "./data-row";
import type { RowSelection } from "./row-check";
import { useScrollAnchor } from "./use-scroll-anchor";
import { useTableKeys } from "./use-table-keys";

const ROW_PX = { comfortable: 36, compact: 28 };
const HEAD_PX = 32;
const CARD_PX = 64;
/** Below this width each row becomes a card. */
const CARD_BELOW_PX = 560;
/** How far from the end, in pixels, the next page is asked for. */
const END_MARGIN_PX = 1_200;
/** Assumed until the first measurement, and in tests without layout. */
const FALLBACK_WIDTH_PX = 1200;
const CHECK_TRACK = "16px";

interface DataTableProps<T extends RowData> {
  label: string;
  columns: DataColumns<T>;
  rows: T[];
  getRowId: (row: T) => string;
  /** The row on narrow screens: must contain the row's link. */
  renderCompact: (row: T) => ReactNode;
  /** Height of a row on narrow screens. */
  cardPx?: number;
  /** Rows to mark as just arrived. */
  arrived?: Set<string>;
  /** Id of the row whose details are open. */
  current?: string | undefined;
  /** What the list is ordered by, and how to order it anew; without these its heads are plain. */
  sort?: Sort | undefined;
  onSort?: (sort: Sort) => void;
  /** Rows can be chosen. */
  selection?: RowSelection<T> | undefined;
  /** Space shows the row beside the list. */
  onPreview?: (id: string) => void;
  /** The keyboard went to a row. */
  onMove?: (id: string) => void;
  onEndReached?: () => void;
  footer?: ReactNode;
}

export function DataTable<T extends RowData>(props: DataTableProps<T>) {
  const {
    label,
    columns,
    rows,
    getRowId,
    renderCompact,
    cardPx = CARD_PX,
    arrived,
    current,
    selection,
  } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [measure, measured] = useWidth();
  const { density } = usePreferences();
  const width = measured || FALLBACK_WIDTH_PX;
  const isCards = width < CARD_BELOW_PX;
  const rowPx = isCards ? cardPx : ROW_PX[density];

  const lead = selection && CHECK_TRACK;
  const { table, tracks, leastWidth } = useColumns({ columns, rows, getRowId, width, lead });
  const tableRows = table.getRowModel().rows;
  const noteAnchor = useScrollAnchor(scroller, tableRows, rowPx);
  const virtualizer = useVirtualizer({
    count: tableRows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    getItemKey: (index) => tableRows[index]?.id ?? index,
    overscan: 16,
    scrollPaddingEnd: isCards ? 0 : HEAD_PX,
    initialRect: { width: FALLBACK_WIDTH_PX, height: 800 },
  });
  const handleKeyDown = useTableKeys({
    table: scroller,
    reveal: (index) => virtualizer.scrollToIndex(index, { align: "auto" }),
    first: () =>
      Math.max(
        0,
        tableRows.findIndex((row) => row.id === current),
      ),
    count: tableRows.length,
    onPreview: props.onPreview,
    onSelect: selection?.onToggle,
    onMove: props.onMove,
  });

  function handleScroll() {
    noteAnchor();
    const box = scroller.current;
    if (box && box.scrollHeight - box.scrollTop - box.clientHeight < END_MARGIN_PX) props.onEndReached?.();
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
      <div
        role="table"
        aria-label={label}
        aria-rowcount={rows.length + 1}
        onKeyDown={handleKeyDown}
        style={isCards ? undefined : { minWidth: leastWidth }}
      >
        {!isCards && (
          <HeadRow
            table={table}
            tracks={tracks}
            sort={props.sort}
            onSort={props.onSort}
            selection={selection}
          />
        )}
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
                // the height may have changed since the virtual list measured
                place={{ index: item.index, start: item.index * rowPx, size: rowPx }}
                tracks={tracks}
                arrived={arrived?.has(row.id) ?? false}
                current={row.id === current}
                selection={selection}
                {...(isCards ? { compact: renderCompact(row.original) } : {})}
              />
            );
          })}
        </div>
      </div>
      {props.footer}
    </div>
  );
}
