/** The head of a data table: names of columns, which order the list where it can be ordered. */
import type { RowData } from "@tanstack/react-table";
import { ArrowDown, ArrowUp } from "lucide-react";
import { cn } from "@/lib/cn";
import { type DataTableModel, nextSort, type Sort, type SortDirection } from "./data-columns";
import { HeadCheck, type RowSelection } from "./row-check";

interface HeadRowProps<T extends RowData> {
  table: DataTableModel<T>;
  tracks: string;
  sort: Sort | undefined;
  onSort: ((sort: Sort) => void) | undefined;
  selection: RowSelection<T> | undefined;
}

export function HeadRow<T extends RowData>({ table, tracks, sort, onSort, selection }: HeadRowProps<T>) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: rows are virtualised and laid out as grids
    // biome-ignore lint/a11y/useFocusableInteractive: header rows take no focus
    <div
      role="row"
      aria-rowindex={1}
      className="sticky top-0 z-10 grid h-8 items-center gap-4 border-line border-b bg-canvas px-4 font-medium text-faint text-xs"
      style={{ gridTemplateColumns: tracks }}
    >
      {selection && (
        // biome-ignore lint/a11y/useSemanticElements: as above
        // biome-ignore lint/a11y/useFocusableInteractive: the box inside takes the focus
        <div role="columnheader">
          <HeadCheck selection={selection} />
        </div>
      )}
      {table.getHeaderGroups()[0]?.headers.map((header) => {
        const { align, sort: first } = header.column.columnDef.meta ?? {};
        const own = sort?.column === header.id ? sort.direction : undefined;
        return (
          // biome-ignore lint/a11y/useSemanticElements: as above
          // biome-ignore lint/a11y/useFocusableInteractive: the button inside takes the focus
          <div
            key={header.id}
            role="columnheader"
            aria-sort={first && onSort ? ariaSort(own) : undefined}
            className={cn("min-w-0 truncate", align === "end" && "text-right")}
          >
            {first && onSort ? (
              <button
                type="button"
                onClick={() => onSort(nextSort(sort, header.id, first))}
                className={cn(
                  "inline-flex h-6 max-w-full items-center gap-1 rounded-sm hover:text-text",
                  align === "end" ? "-mr-1 flex-row-reverse px-1" : "-ml-1 px-1",
                  own && "text-text",
                )}
              >
                <span className="truncate">
                  <table.FlexRender header={header} />
                </span>
                <SortMark direction={own} />
              </button>
            ) : (
              <table.FlexRender header={header} />
            )}
          </div>
        );
      })}
    </div>
  );
}

function ariaSort(direction: SortDirection | undefined) {
  if (direction === undefined) return "none";
  return direction === "asc" ? "ascending" : "descending";
}

function SortMark({ direction }: { direction: SortDirection | undefined }) {
  if (direction === undefined) return null;
  const Icon = direction === "asc" ? ArrowUp : ArrowDown;
  return <Icon size={12} className="shrink-0 text-accent-text" aria-hidden />;
}
