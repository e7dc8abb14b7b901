/** Columns of the log list, and the record in two lines for narrow screens. */
import { Link } from "@tanstack/react-router";
import { ListTree } from "lucide-react";
import { HintFacts, useHint } from "@/components/hint/hint";
import { type DataColumns, dataColumns } from "@/components/ui/data-columns";
import { TimeAgo } from "@/components/ui/time-ago";
import { cn } from "@/lib/cn";
import { formatClock, formatExactNanos, nanosToIso } from "@/lib/format/time";
import { attributeLine, bodyLine, recordKey } from "@/telemetry/logs/log-text";
import type { LogRecord } from "@/telemetry/logs/logs-query";
import { SeverityMark } from "@/telemetry/logs/severity-mark";
import { OneLine } from "@/telemetry/vocabulary/names";

const column = dataColumns<LogRecord>();

export const LOG_COLUMNS = column.columns([
  column.display({
    id: "time",
    header: "Time",
    meta: { track: "112px" },
    cell: ({ row }) => <RecordTime record={row.original} />,
  }),
  column.display({
    id: "severity",
    header: "Severity",
    meta: { track: "68px" },
    cell: ({ row }) => <SeverityMark record={row.original} className="max-w-full" />,
  }),
  column.display({
    id: "text",
    header: "Message",
    meta: { track: "minmax(220px,1fr)" },
    cell: ({ row }) => <RecordLine record={row.original} />,
  }),
  column.display({
    id: "service",
    header: "Service",
    meta: { track: "minmax(90px,150px)", from: 720 },
    cell: ({ row }) => <OneLine text={row.original.service} />,
  }),
  column.display({
    id: "trace",
    header: () => <span className="sr-only">Trace</span>,
    meta: { track: "20px" },
    cell: ({ row }) => <TraceLink record={row.original} />,
  }),
]) as DataColumns<LogRecord>;

function RecordTime({ record }: { record: LogRecord }) {
  const hint = useHint(() => (
    <HintFacts
      facts={[
        ["Time", formatExactNanos(record.time_unix_nano)],
        ["UTC", nanosToIso(record.time_unix_nano)],
      ]}
    />
  ));
  return (
    <time {...hint} dateTime={record.time} className="whitespace-nowrap font-mono text-muted text-xs tnum">
      {formatClock(record.time)}
    </time>
  );
}

/** A record that belongs to a trace leads there. It lies above the link that covers the row. */
function TraceLink({ record }: { record: LogRecord }) {
  if (!record.trace_id) return null;
  return (
    <Link
      to="/traces/$traceId"
      params={{ traceId: record.trace_id }}
      search={record.span_id ? { span: record.span_id, tab: "logs" } : { tab: "logs" }}
      aria-label={record.span_id ? "Open its span" : "Open its trace"}
      tabIndex={-1}
      className="-m-1 relative z-1 grid size-6 place-items-center rounded-sm text-faint hover:bg-hover hover:text-accent-text"
    >
      <ListTree size={13} aria-hidden />
    </Link>
  );
}

/** Event, words, and attributes where there is room; the link covers the row. */
function RecordLine({ record }: { record: LogRecord }) {
  const body = bodyLine(record);
  const attributes = attributeLine(record);
  return (
    <Link
      to="/logs"
      search={(before) => ({ ...before, record: recordKey(record) })}
      replace
      className="flex min-w-0 items-baseline gap-2 text-text outline-none after:absolute after:inset-0 after:content-[''] focus-visible:after:outline-2 focus-visible:after:outline-accent focus-visible:after:-outline-offset-2"
    >
      {record.event_name && (
        <span className="max-w-64 shrink-0 truncate font-mono text-accent-text text-xs">
          {record.event_name}
        </span>
      )}
      {body !== "" && <span className="min-w-0 truncate">{body}</span>}
      {attributes !== "" && (
        <span className={cn("min-w-0 truncate font-mono text-faint text-xs", body !== "" && "flex-1")}>
          {attributes}
        </span>
      )}
      {body === "" && attributes === "" && !record.event_name && <span className="text-faint">(empty)</span>}
    </Link>
  );
}

export function CompactRecord({ record }: { record: LogRecord }) {
  return (
    <>
      <RecordLine record={record} />
      <span className="mt-1 flex min-w-0 items-center gap-2 text-faint text-xs">
        <SeverityMark record={record} />
        <span className="truncate">{record.service}</span>
        <TraceLink record={record} />
        <TimeAgo iso={record.time} className="ml-auto shrink-0 tnum" />
      </span>
    </>
  );
}
