/** The rows of a data table: its head, and one row as cells or, on narrow screens, as a card. */
import type { RowData } from "@tanstack/react-table";
import type { ReactNode } from "react";
import { cn } from "@/lib/cn";
import type { DataTableModel } from "./data-columns";

interface HeadRowProps<T extends RowData> {
  table: DataTableModel<T>;
  tracks: string;
}

export function HeadRow<T extends RowData>({ table, tracks }: HeadRowProps<T>) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: rows are virtualised and laid out as grids
    // biome-ignore lint/a11y/useFocusableInteractive: header rows take no focus
    <div
      role="row"
      aria-rowindex={1}
      className="sticky top-0 z-10 grid h-8 items-center gap-4 border-line border-b bg-canvas px-4 font-medium text-faint text-xs"
      style={{ gridTemplateColumns: tracks }}
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
  );
}

interface DataRowProps<T extends RowData> {
  table: DataTableModel<T>;
  row: ReturnType<DataTableModel<T>["getRowModel"]>["rows"][number];
  /** Where the virtual list has it, in pixels. */
  place: { index: number; start: number; size: number };
  tracks: string;
  arrived: boolean;
  selected: boolean;
  /** The row as a card, in the place of its cells. */
  compact?: ReactNode;
}

export function DataRow<T extends RowData>(props: DataRowProps<T>) {
  const { table, row, place, tracks, arrived, selected, compact } = props;
  const isCard = compact !== undefined;
  return (
    // biome-ignore lint/a11y/useSemanticElements: rows are virtualised and laid out as grids
    // biome-ignore lint/a11y/useFocusableInteractive: the link inside takes the focus
    <div
      role="row"
      aria-rowindex={place.index + 2}
      aria-current={selected ? "true" : undefined}
      className={cn(
        "absolute inset-x-0 border-line border-b px-4 hover:bg-hover focus-within:bg-hover",
        !isCard && "grid items-center gap-4",
        arrived && "animate-arrive",
        selected &&
          "bg-accent/12 shadow-[inset_2px_0_var(--accent)] focus-within:bg-accent/16 hover:bg-accent/16",
      )}
      style={{
        height: place.size,
        transform: `translateY(${place.start}px)`,
        ...(isCard ? {} : { gridTemplateColumns: tracks }),
      }}
    >
      {isCard ? (
        // biome-ignore lint/a11y/useSemanticElements: as above
        <div role="cell" className="flex h-full flex-col justify-center">
          {compact}
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
}
