/** Columns of a data table: how wide they are, which of them fit, and which the list can be ordered by. */
import {
  type ColumnDef,
  columnVisibilityFeature,
  createColumnHelper,
  type RowData,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { useMemo } from "react";

interface ColumnLayout {
  /** CSS grid track, e.g. `minmax(120px,1fr)` or `96px`. */
  track: string;
  align?: "end";
  /** The column is left out when the table is narrower than this many pixels. */
  from?: number;
  /** The list can be ordered by it; what a first click on the head gives. */
  sort?: SortDirection;
}

export type SortDirection = "asc" | "desc";

/** What a list is ordered by: the id of a column, and which end comes first. */
export interface Sort {
  column: string;
  direction: SortDirection;
}

/** The order after a click on a column's head: the other direction of the same column, or a new column's first one. Pure. */
export function nextSort(now: Sort | undefined, column: string, first: SortDirection): Sort {
  if (now?.column !== column) return { column, direction: first };
  return { column, direction: now.direction === "asc" ? "desc" : "asc" };
}

const dataTableFeatures = tableFeatures({ columnVisibilityFeature, columnMeta: {} as ColumnLayout });

export type DataColumns<T extends RowData> = ColumnDef<typeof dataTableFeatures, T, unknown>[];

export function dataColumns<T extends RowData>() {
  return createColumnHelper<typeof dataTableFeatures, T>();
}

interface ColumnsInput<T extends RowData> {
  columns: DataColumns<T>;
  rows: T[];
  getRowId: (row: T) => string;
  /** Pixels that the table has. */
  width: number;
  /** A track in front of the columns, such as the one of check boxes. */
  lead: string | undefined;
}

/** The table of the columns that fit, the CSS grid tracks of its rows, and the least width that these need. */
export function useColumns<T extends RowData>({ columns, rows, getRowId, width, lead }: ColumnsInput<T>) {
  const columnVisibility = useMemo(
    () => Object.fromEntries(columns.map(({ id = "", meta }) => [id, width >= (meta?.from ?? 0)])),
    [columns, width],
  );
  const table = useTable({
    features: dataTableFeatures,
    columns,
    data: rows,
    getRowId,
    state: { columnVisibility },
  });
  const tracks = table
    .getVisibleLeafColumns()
    .map((column) => column.columnDef.meta?.track ?? "minmax(0,1fr)");
  if (lead !== undefined) tracks.unshift(lead);
  return { table, tracks: tracks.join(" "), leastWidth: leastWidth(tracks) };
}

const GAP_PX = 16;
const PADDING_PX = 32;

/** Pixels below which the tracks no longer fit, so that the table scrolls sideways. Pure. */
export function leastWidth(tracks: readonly string[]): number {
  const sum = tracks.reduce((pixels, track) => pixels + Number(/(\d+)px/.exec(track)?.[1] ?? 0), 0);
  return sum + GAP_PX * Math.max(0, tracks.length - 1) + PADDING_PX;
}

export type DataTableModel<T extends RowData> = ReturnType<typeof useColumns<T>>["table"];
