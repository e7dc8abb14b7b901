/** A short table of numbers by group, with what it says while there is nothing to show. */
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/states";
import { cn } from "@/lib/cn";

export interface StatColumn<Row> {
  name: string;
  /** Numbers stand at the end of their column. */
  end?: boolean;
  cell: (row: Row) => ReactNode;
  className?: string;
}

interface StatTableProps<Row> {
  title: string;
  note?: ReactNode;
  columns: readonly StatColumn<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  /** What is said instead of no rows. */
  nothing: string;
  query: { isPending: boolean; error: Error | null; data: unknown; refetch: () => unknown };
}

export function StatTable<Row>({ title, note, columns, rows, keyOf, nothing, query }: StatTableProps<Row>) {
  return (
    <section className="relative min-w-0 overflow-hidden rounded-lg border border-line">
      <div className="flex flex-wrap items-baseline gap-x-3 px-3 py-2.5">
        <h2 className="font-medium text-sm">{title}</h2>
        {note && <p className="text-faint text-xs">{note}</p>}
      </div>
      {query.isPending && <Skeleton className="m-3 h-20" />}
      {query.error && query.data === undefined && (
        <p role="alert" className="flex items-center gap-3 border-line border-t px-3 py-4 text-sm">
          <span className="min-w-0 flex-1 text-danger-text">{query.error.message}</span>
          <Button size="sm" onClick={() => void query.refetch()}>
            Try again
          </Button>
        </p>
      )}
      {query.data !== undefined && rows.length === 0 && (
        <p className="border-line border-t px-3 py-6 text-center text-faint text-sm">{nothing}</p>
      )}
      {rows.length > 0 && (
        <div className="overflow-x-auto">
          <table className="w-full text-sm">
            <thead>
              <tr className="border-line border-t text-left text-faint text-xs">
                {columns.map((column) => (
                  <th
                    key={column.name}
                    className={cn("h-8 whitespace-nowrap px-3 font-medium", column.end && "text-right")}
                  >
                    {column.name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={keyOf(row)} className="h-9 border-line border-t hover:bg-hover">
                  {columns.map((column) => (
                    <td
                      key={column.name}
                      className={cn(
                        "px-3",
                        column.end && "whitespace-nowrap text-right text-muted tnum",
                        column.className,
                      )}
                    >
                      {column.cell(row)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
