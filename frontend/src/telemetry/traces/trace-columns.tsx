/** What a row of the trace list says: what ran, where, how it went, and what it cost. */
import { Link, useSearch } from "@tanstack/react-router";
import { type DataColumns, dataColumns } from "@/components/ui/data-columns";
import { rowLinkClass } from "@/components/ui/row-link";
import { TimeAgo } from "@/components/ui/time-ago";
import { formatDuration, nanosToNumber } from "@/lib/format/duration";
import { formatCompact, formatCount } from "@/lib/format/number";
import type { TraceSummary } from "@/telemetry/traces/traces-query";
import { tracesSearch } from "@/telemetry/traces/traces-search";
import { shortModel } from "@/telemetry/vocabulary/models";
import { Cost, Tokens, Unknown } from "@/telemetry/vocabulary/numbers";
import { RoleMark } from "@/telemetry/vocabulary/role-mark";
import { ErrorMark } from "@/telemetry/vocabulary/status";
import { timeColumns } from "@/telemetry/vocabulary/time-columns";

const column = dataColumns<TraceSummary>();

/** Columns that may be left out; what ran and when always stays. */
export const CHOOSABLE_COLUMNS = [
  { id: "service", label: "Service" },
  { id: "model", label: "Model" },
  { id: "calls", label: "Model calls" },
  { id: "tokens", label: "Tokens" },
  { id: "cost", label: "Cost" },
  { id: "spans", label: "Spans" },
  { id: "duration", label: "Duration" },
];

export function traceColumns(maxNanos: number): DataColumns<TraceSummary> {
  return [
    ...(column.columns([
      column.display({
        id: "name",
        header: "Trace",
        meta: { track: "minmax(220px,2.4fr)" },
        cell: ({ row }) => <TraceName trace={row.original} />,
      }),
      column.display({
        id: "service",
        header: "Service",
        meta: { track: "minmax(96px,1fr)", from: 760 },
        cell: ({ row }) => <Services trace={row.original} />,
      }),
      column.display({
        id: "model",
        header: "Model",
        meta: { track: "minmax(110px,1fr)", from: 1000 },
        cell: ({ row }) => <Models models={row.original.models} />,
      }),
      column.display({
        id: "calls",
        header: "Calls",
        meta: { track: "44px", align: "end", from: 880 },
        cell: ({ row }) => <Count value={row.original.llm_call_count} label="model calls" />,
      }),
      column.display({
        id: "tokens",
        header: "Tokens",
        meta: { track: "92px", align: "end", from: 680 },
        cell: ({ row }) => <Tokens input={row.original.input_tokens} output={row.original.output_tokens} />,
      }),
      column.display({
        id: "cost",
        header: "Cost",
        meta: { track: "76px", align: "end", from: 820 },
        cell: ({ row }) => <Cost usd={row.original.cost_usd} unpricedCalls={row.original.unpriced_calls} />,
      }),
      column.display({
        id: "spans",
        header: "Spans",
        meta: { track: "52px", align: "end", from: 940 },
        cell: ({ row }) => <Count value={row.original.span_count} label="spans" />,
      }),
    ]) as DataColumns<TraceSummary>),
    ...timeColumns<TraceSummary>(maxNanos, (trace) => trace.error_count > 0),
  ];
}

function TraceName({ trace }: { trace: TraceSummary }) {
  return (
    <span className="flex min-w-0 items-center gap-2.5">
      <RoleMark spanRole={trace.root_role} kind="trace" />
      <TraceLink trace={trace} />
      {trace.error_count > 0 && <ErrorMark count={trace.error_count} />}
      {trace.root_missing && <Running />}
    </span>
  );
}

function TraceLink({ trace }: { trace: TraceSummary }) {
  const search = tracesSearch.parse(useSearch({ strict: false }));
  return (
    <Link
      to="/traces/$traceId"
      params={{ traceId: trace.trace_id }}
      state={{ tracesSearch: search }}
      className={rowLinkClass}
    >
      {trace.root_name || "(no name)"}
    </Link>
  );
}

function Running() {
  return (
    <span
      title="The root span has not arrived yet; the earliest span stands in"
      className="shrink-0 rounded-sm border border-line-strong border-dashed px-1 text-2xs text-faint"
    >
      no root yet
    </span>
  );
}

function Services({ trace }: { trace: TraceSummary }) {
  const others = trace.services.filter((service) => service !== trace.service).length;
  return (
    <span className="flex min-w-0 items-baseline gap-1 text-muted" title={trace.services.join(", ")}>
      <span className="truncate">{trace.service}</span>
      {others > 0 && <span className="shrink-0 text-2xs text-faint">+{others}</span>}
    </span>
  );
}

function Models({ models }: { models: string[] }) {
  const [first, ...others] = models;
  if (!first) return <Unknown />;
  return (
    <span className="flex min-w-0 items-baseline gap-1 text-muted" title={models.join(", ")}>
      <span className="truncate">{shortModel(first)}</span>
      {others.length > 0 && <span className="shrink-0 text-2xs text-faint">+{others.length}</span>}
    </span>
  );
}

function Count({ value, label }: { value: number; label: string }) {
  if (value === 0) return <Unknown title={`No ${label}`} />;
  return (
    <span className="text-muted tnum" title={`${formatCount(value)} ${label}`}>
      {formatCompact(value)}
    </span>
  );
}

/** The same in two lines, for narrow screens. */
export function CompactTrace({ trace }: { trace: TraceSummary }) {
  return (
    <>
      <TraceName trace={trace} />
      <span className="mt-1 flex min-w-0 items-center gap-2 pl-7 text-faint text-xs tnum">
        <span className="truncate">{trace.service}</span>
        <span className="ml-auto flex shrink-0 gap-2">
          {trace.input_tokens !== null && <Tokens input={trace.input_tokens} output={trace.output_tokens} />}
          <span className="text-muted">{formatDuration(nanosToNumber(trace.duration_ns))}</span>
          <TimeAgo iso={trace.start_time} />
        </span>
      </span>
    </>
  );
}
