/** What fails most in a service, and which of its versions were there when. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { TimeAgo } from "@/components/ui/time-ago";
import { formatCount } from "@/lib/format/number";
import { formatShare } from "@/lib/format/share";
import type { TimeRangeSearch } from "@/lib/time-range";
import { P95 } from "@/telemetry/stats/columns";
import { type StatColumn, StatTable } from "@/telemetry/stats/stat-table";
import { type StatsItem, statsQuery } from "@/telemetry/stats/stats-query";
import { type ServiceVersion, versionsOf } from "./service-versions";

interface TablesProps {
  service: string;
  window: TimeRangeSearch;
  earliest: string | undefined;
}

const ROWS_MAX = 10;

export function FailingNames({ service, window, earliest }: TablesProps) {
  const stats = useQuery(
    statsQuery(
      window,
      {
        of: "spans",
        service,
        status: "error",
        group_by: "name,error_type",
        interval: "none",
        groups: ROWS_MAX,
      },
      earliest,
    ),
  );
  const columns: StatColumn<StatsItem>[] = [
    {
      name: "Span",
      className: "max-w-60",
      cell: ({ group }) => (
        <Link
          to="/traces"
          search={{
            ...window,
            service,
            filter: `name = ${JSON.stringify(group.name ?? "")} and status = error`,
          }}
          className="block truncate font-medium hover:underline"
          title={group.name ?? ""}
        >
          {group.name}
        </Link>
      ),
    },
    {
      name: "Error",
      className: "max-w-48",
      cell: ({ group }) => (
        <span className="block truncate font-mono text-danger-text text-xs" title={group.error_type ?? ""}>
          {group.error_type ?? "no type given"}
        </span>
      ),
    },
    { name: "Failed", end: true, cell: (row) => formatCount(row.count) },
    P95,
  ];
  return (
    <StatTable
      title="Top failing spans"
      columns={columns}
      rows={stats.data?.totals ?? []}
      keyOf={(row) => JSON.stringify(row.group)}
      nothing="Nothing failed in this window."
      query={stats}
    />
  );
}

const VERSION_COLUMNS: StatColumn<ServiceVersion>[] = [
  {
    name: "Version",
    className: "max-w-48",
    cell: ({ version }) => <span className="block truncate font-mono text-xs">{version ?? "not given"}</span>,
  },
  { name: "Spans", end: true, cell: (row) => formatCount(row.count) },
  { name: "Failed", end: true, cell: (row) => formatShare(row.errorCount, row.count) },
  { name: "First seen", end: true, cell: (row) => <Seen timeMs={row.firstMs} /> },
  { name: "Last seen", end: true, cell: (row) => <Seen timeMs={row.lastMs} /> },
];

/** The end of a bucket that is not over yet is later than now. */
function Seen({ timeMs }: { timeMs: number }) {
  return <TimeAgo iso={new Date(Math.min(timeMs, Date.now())).toISOString()} />;
}

export function Versions({ service, window, earliest }: TablesProps) {
  const stats = useQuery(
    statsQuery(window, { of: "spans", service, group_by: "service_version", interval: "auto" }, earliest),
  );
  return (
    <StatTable
      title="Versions"
      note="in this window, as exactly as the charts"
      columns={VERSION_COLUMNS}
      rows={stats.data ? versionsOf(stats.data) : []}
      keyOf={(row) => row.version ?? ""}
      nothing="No span in this window."
      query={stats}
    />
  );
}
