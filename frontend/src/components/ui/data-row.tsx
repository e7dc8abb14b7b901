/** One row of a data table, as cells or, on narrow screens, as a card. */
import type { RowData } from "@tanstack/react-table";
import type { ReactNode } from "react";
import { RowScope } from "@/components/hint/hint";
import { cn } from "@/lib/cn";
import type { DataTableModel } from "./data-columns";
import { RowCheck, type RowSelection } from "./row-check";

interface DataRowProps<T extends RowData> {
  table: DataTableModel<T>;
  row: ReturnType<DataTableModel<T>["getRowModel"]>["rows"][number];
  /** Where the virtual list has it, in pixels. */
  place: { index: number; start: number; size: number };
  tracks: string;
  arrived: boolean;
  /** Its details are open beside the list. */
  current: boolean;
  selection: RowSelection<T> | undefined;
  /** The row as a card, in the place of its cells. */
  compact?: ReactNode;
}

export function DataRow<T extends RowData>(props: DataRowProps<T>) {
  const { table, row, place, tracks, arrived, current, selection, compact } = props;
  const isCard = compact !== undefined;
  const chosen = selection?.ids.has(row.id) ?? false;
  const check = selection && <RowCheck selection={selection} id={row.id} row={row.original as T} />;
  return (
    // biome-ignore lint/a11y/useSemanticElements: rows are virtualised and laid out as grids
    // biome-ignore lint/a11y/useFocusableInteractive: the link inside takes the focus
    <div
      role="row"
      aria-rowindex={place.index + 2}
      aria-current={current ? "true" : undefined}
      data-row-id={row.id}
      className={cn(
        "absolute inset-x-0 border-line border-b px-4 hover:bg-hover focus-within:bg-hover",
        isCard ? "flex items-center gap-3" : "grid items-center gap-4",
        arrived && "animate-arrive",
        chosen && "bg-accent/8",
        current &&
          "bg-accent/12 shadow-[inset_2px_0_var(--accent)] focus-within:bg-accent/16 hover:bg-accent/16",
      )}
      style={{
        height: place.size,
        transform: `translateY(${place.start}px)`,
        ...(isCard ? {} : { gridTemplateColumns: tracks }),
      }}
    >
      <RowScope value={true}>
        {check && (
          // biome-ignore lint/a11y/useSemanticElements: as above
          <div role="cell">{check}</div>
        )}
        {isCard ? (
          // biome-ignore lint/a11y/useSemanticElements: as above
          <div role="cell" className="flex h-full min-w-0 flex-1 flex-col justify-center">
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
      </RowScope>
    </div>
  );
}
