/** Columns of a data table: how wide they are, and which of them fit. */
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

interface ColumnsInput<T extends RowData> {
  columns: DataColumns<T>;
  rows: T[];
  getRowId: (row: T) => string;
  /** Columns that somebody chose to leave out. */
  hidden: readonly string[] | undefined;
  /** Pixels that the table has. */
  width: number;
}

/** The table of the columns that fit, and the CSS grid tracks of its rows. */
export function useColumns<T extends RowData>({ columns, rows, getRowId, hidden, width }: ColumnsInput<T>) {
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
  const tracks = table
    .getVisibleLeafColumns()
    .map((column) => column.columnDef.meta?.track ?? "minmax(0,1fr)")
    .join(" ");
  return { table, tracks };
}

export type DataTableModel<T extends RowData> = ReturnType<typeof useColumns<T>>["table"];
