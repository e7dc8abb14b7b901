/** The last columns of lists of traces and runs: how long each took, and when it began. */
import { type DataColumns, dataColumns } from "@/components/ui/data-columns";
import { TimeAgo } from "@/components/ui/time-ago";
import { nanosToNumber } from "@/lib/format/duration";
import { DurationBar } from "./numbers";

interface Timed {
  duration_ns: string;
  /** ISO 8601. */
  start_time: string;
}

/** `maxNanos` is the longest duration of the list: bars are drawn against it. */
export function timeColumns<Row extends Timed>(
  maxNanos: number,
  isFailed: (row: Row) => boolean,
): DataColumns<Row> {
  const column = dataColumns<Row>();
  return column.columns([
    column.display({
      id: "duration",
      header: "Duration",
      meta: { track: "128px", align: "end", sort: "desc" },
      cell: ({ row }) => (
        <DurationBar
          nanos={nanosToNumber(row.original.duration_ns)}
          maxNanos={maxNanos}
          error={isFailed(row.original)}
        />
      ),
    }),
    column.display({
      id: "start",
      header: "Started",
      meta: { track: "84px", align: "end", sort: "desc" },
      cell: ({ row }) => (
        <TimeAgo iso={row.original.start_time} className="whitespace-nowrap text-muted tnum" />
      ),
    }),
  ]) as DataColumns<Row>;
}
