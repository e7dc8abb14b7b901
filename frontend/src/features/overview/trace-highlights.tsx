/** The slowest and the failing traces of the window, and the operations that take and fail most. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { rowLinkClass } from "@/components/ui/row-link";
import { Skeleton } from "@/components/ui/states";
import { TimeAgo } from "@/components/ui/time-ago";
import { formatDuration, nanosToNumber } from "@/lib/format/duration";
import { fewTracesQuery, type TraceSummary } from "@/telemetry/traces/traces-query";
import { RoleMark } from "@/telemetry/vocabulary/role-mark";
import { ErrorMark } from "@/telemetry/vocabulary/status";
import type { OverviewSearch } from "./overview-search";

const ROWS = 6;

interface TraceHighlightsProps {
  search: OverviewSearch;
  /** The slowest are looked for among the slowest twentieth. */
  p95Ms: number | undefined;
}

export function TraceHighlights({ search, p95Ms }: TraceHighlightsProps) {
  const scope = search.service === undefined ? {} : { service: search.service };
  const slow = useQuery({
    ...fewTracesQuery(search, { ...scope, min_duration_ms: p95Ms ?? 0 }),
    enabled: p95Ms !== undefined,
  });
  const failing = useQuery(fewTracesQuery(search, { ...scope, status: "error" }));
  const slowest = slow.data
    ?.toSorted((a, b) => nanosToNumber(b.duration_ns) - nanosToNumber(a.duration_ns))
    .slice(0, ROWS);
  return (
    <div className="grid min-w-0 grid-cols-1 gap-4 lg:grid-cols-2">
      <Card title="Slowest traces">
        <Rows traces={slowest} nothing="No trace in this window." />
      </Card>
      <Card
        title="Failing traces"
        more={
          <Link
            to="/traces"
            search={{ ...search, status: "error" }}
            className="text-accent-text text-xs hover:underline"
          >
            All
          </Link>
        }
      >
        <Rows traces={failing.data?.slice(0, ROWS)} nothing="No trace failed in this window." />
      </Card>
    </div>
  );
}

function Rows({ traces, nothing }: { traces: TraceSummary[] | undefined; nothing: string }) {
  if (!traces) return <Skeleton className="m-3 h-24" />;
  if (traces.length === 0) return <p className="px-3 py-6 text-center text-faint text-sm">{nothing}</p>;
  return (
    <ul>
      {traces.map((trace) => (
        <li
          key={trace.trace_id}
          className="relative flex h-9 min-w-0 items-center gap-2.5 border-line border-t px-3 hover:bg-hover"
        >
          <RoleMark spanRole={trace.root_role} kind="trace" />
          <Link to="/traces/$traceId" params={{ traceId: trace.trace_id }} className={rowLinkClass}>
            {trace.root_name || "(no name)"}
          </Link>
          {trace.error_count > 0 && <ErrorMark count={trace.error_count} />}
          <span className="ml-auto hidden min-w-0 max-w-[30%] truncate text-faint text-xs sm:inline">
            {trace.service}
          </span>
          <span className="w-16 shrink-0 text-right tnum">
            {formatDuration(nanosToNumber(trace.duration_ns))}
          </span>
          <TimeAgo
            iso={trace.start_time}
            className="hidden w-22 shrink-0 text-right text-faint text-xs tnum sm:inline"
          />
        </li>
      ))}
    </ul>
  );
}

function Card({ title, more, children }: { title: string; more?: ReactNode; children: ReactNode }) {
  return (
    <section className="min-w-0 overflow-hidden rounded-lg border border-line">
      <div className="flex h-10 items-center justify-between px-3">
        <h2 className="font-medium text-sm">{title}</h2>
        {more}
      </div>
      {children}
    </section>
  );
}
