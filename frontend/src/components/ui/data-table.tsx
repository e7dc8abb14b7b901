/**
 * A virtualised table whose columns come and go with the width it gets. Rows are real links (the name cell's
 * link covers its row), so middle click and keyboard work; up and down move between rows.
 */
import {
  type ColumnDef,
  columnVisibilityFeature,
  createColumnHelper,
  type RowData,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactNode, useLayoutEffect, useMemo, useRef } from "react";
import { cn } from "@/lib/cn";
import { useWidth } from "@/state/use-width";

interface ColumnLayout {
  /** CSS grid track, e.g. `minmax(0,1fr)` or `96px`. */
  track: string;
  align?: "end";
  /** The column is left out when the table is narrower than this many pixels. */
  from?: number;
}

const dataTableFeatures = tableFeatures({ columnVisibilityFeature, columnMeta: {} as ColumnLayout });

export type DataColumns<T extends RowData> = ColumnDef<typeof dataTableFeatures, T, unknown>[];

export function dataColumns<T extends RowData>() {
  return createColumnHelper<typeof dataTableFeatures, T>();
}

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

  const columnVisibility = useMemo(
    () =>
      Object.fromEntries(
        columns.map(({ id = "", meta }) => [id, width >= (meta?.from ?? 0) && !hidden?.includes(id)]),
      ),
    [columns, width, hidden],
  );
  const table = useTable({
    features: dataTableFeatures,
    columns,
    data: rows,
    getRowId,
    state: { columnVisibility },
  });
  const template = table
    .getVisibleLeafColumns()
    .map((column) => column.columnDef.meta?.track ?? "minmax(0,1fr)")
    .join(" ");
  const tableRows = table.getRowModel().rows;

  const virtualizer = useVirtualizer({
    count: tableRows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => (compact ? COMPACT_ROW_PX : ROW_PX),
    getItemKey: (index) => tableRows[index]?.id ?? index,
    overscan: 16,
    initialRect: { width: FALLBACK_WIDTH_PX, height: 800 },
  });

  // Rows that arrive above what is being read must not push it down.
  const rowPx = compact ? COMPACT_ROW_PX : ROW_PX;
  const anchor = useRef<{ id: string; index: number }>(undefined);
  useLayoutEffect(() => {
    const box = scroller.current;
    if (!box || !anchor.current) return;
    const index = tableRows.findIndex((row) => row.id === anchor.current?.id);
    if (index < 0 || index === anchor.current.index) return;
    box.scrollTop += (index - anchor.current.index) * rowPx;
    anchor.current.index = index;
  }, [tableRows, rowPx]);

  function handleScroll() {
    const box = scroller.current;
    const index = Math.floor((box?.scrollTop ?? 0) / rowPx);
    const row = tableRows[index];
    anchor.current = box && box.scrollTop > 0 && row ? { id: row.id, index } : undefined;
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
        {!compact && (
          // biome-ignore lint/a11y/useSemanticElements: as above
          // biome-ignore lint/a11y/useFocusableInteractive: header rows take no focus
          <div
            role="row"
            aria-rowindex={1}
            className="sticky top-0 z-10 grid h-8 items-center gap-4 border-line border-b bg-canvas px-4 font-medium text-faint text-xs"
            style={{ gridTemplateColumns: template }}
          >
            {table.getHeaderGroups()[0]?.headers.map((header) => (
              // biome-ignore lint/a11y/useSemanticElements: as above
              // biome-ignore lint/a11y/useFocusableInteractive: not interactive
              <div
                key={header.id}
                role="columnheader"
                className={cn("truncate", header.column.columnDef.meta?.align === "end" && "text-right")}
              >
                <table.FlexRender header={header} />
              </div>
            ))}
          </div>
        )}
        {/* biome-ignore lint/a11y/useSemanticElements: as above */}
        <div role="rowgroup" className="relative" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map((item) => {
            const row = tableRows[item.index];
            if (!row) return null;
            return (
              // biome-ignore lint/a11y/useSemanticElements: as above
              // biome-ignore lint/a11y/useFocusableInteractive: the link inside takes the focus
              <div
                key={item.key}
                role="row"
                aria-rowindex={item.index + 2}
                aria-current={row.id === selected ? "true" : undefined}
                className={cn(
                  "absolute inset-x-0 border-line border-b px-4 hover:bg-hover focus-within:bg-hover",
                  !compact && "grid items-center gap-4",
                  arrived?.has(row.id) && "animate-arrive",
                  row.id === selected &&
                    "bg-accent/12 shadow-[inset_2px_0_var(--accent)] focus-within:bg-accent/16 hover:bg-accent/16",
                )}
                style={{
                  height: item.size,
                  transform: `translateY(${item.start}px)`,
                  ...(compact ? {} : { gridTemplateColumns: template }),
                }}
              >
                {compact ? (
                  // biome-ignore lint/a11y/useSemanticElements: as above
                  <div role="cell" className="flex h-full flex-col justify-center">
                    {renderCompact(row.original)}
                  </div>
                ) : (
                  row.getVisibleCells().map((cell) => (
                    // biome-ignore lint/a11y/useSemanticElements: as above
                    <div
                      key={cell.id}
                      role="cell"
                      className={cn("min-w-0", cell.column.columnDef.meta?.align === "end" && "text-right")}
                    >
                      <table.FlexRender cell={cell} />
                    </div>
                  ))
                )}
              </div>
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
