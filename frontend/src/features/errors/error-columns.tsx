/** How the list of errors shows a kind of failure. */
import { Link } from "@tanstack/react-router";
import { Sparkline } from "@/components/charts/sparkline";
import { Badge } from "@/components/ui/badge";
import { type DataColumns, dataColumns } from "@/components/ui/data-columns";
import { rowLinkClass } from "@/components/ui/row-link";
import { TimeAgo } from "@/components/ui/time-ago";
import { cn } from "@/lib/cn";
import { formatCompact, formatCount, plural } from "@/lib/format/number";
import type { ErrorGroup } from "./errors-query";
import { GroupMenu } from "./group-menu";

const column = dataColumns<ErrorGroup>();

export const ERROR_COLUMNS = column.columns([
  column.display({
    id: "error",
    header: "Error",
    meta: { track: "minmax(220px,3fr)" },
    cell: ({ row }) => <GroupName group={row.original} />,
  }),
  column.display({
    id: "place",
    header: "Where",
    meta: { track: "minmax(120px,1.2fr)", from: 760 },
    cell: ({ row }) => <Place group={row.original} className="block truncate" />,
  }),
  column.display({
    id: "trend",
    header: "Trend",
    meta: { track: "112px", from: 900 },
    cell: ({ row }) => <Sparkline values={row.original.trend} color="var(--danger)" />,
  }),
  column.display({
    id: "count",
    header: "Times",
    meta: { track: "72px", align: "end" },
    cell: ({ row: { original } }) => (
      <Link
        to="/traces"
        search={{ filter: `error_fingerprint = "${original.fingerprint}"` }}
        className="relative z-1 text-accent-text tnum hover:underline"
        title={`${formatCount(original.count)} in ${plural(original.trace_count, "trace")}`}
      >
        {formatCompact(original.count)}
      </Link>
    ),
  }),
  column.display({
    id: "first",
    header: "First seen",
    meta: { track: "minmax(110px,170px)", align: "end", from: 1040 },
    cell: ({ row: { original } }) => (
      <span className="flex min-w-0 items-center justify-end gap-2">
        {original.first_version !== null && (
          <span
            className="min-w-0 truncate font-mono text-2xs text-faint"
            title={`Began in ${original.first_version}`}
          >
            {original.first_version}
          </span>
        )}
        <TimeAgo iso={original.first_seen} className="shrink-0 whitespace-nowrap text-muted tnum" />
      </span>
    ),
  }),
  column.display({
    id: "last",
    header: "Last seen",
    meta: { track: "92px", align: "end" },
    cell: ({ row }) => <TimeAgo iso={row.original.last_seen} className="whitespace-nowrap text-muted tnum" />,
  }),
  column.display({
    id: "actions",
    header: "",
    meta: { track: "32px", align: "end" },
    cell: ({ row }) => <GroupMenu group={row.original} />,
  }),
]) as DataColumns<ErrorGroup>;

/** Type and message; leads to the newest failure of the kind. */
function GroupName({ group }: { group: ErrorGroup }) {
  return (
    <span className="flex min-w-0 items-center gap-2">
      <Link
        to="/traces/$traceId"
        params={{ traceId: group.example_trace_id }}
        search={{ span: group.example_span_id }}
        className={cn(rowLinkClass, "font-normal")}
        title={`${group.error_type ?? "Error"}: ${group.message}`}
      >
        <span className="mr-2 font-mono text-danger-text text-xs">{group.error_type ?? "Error"}</span>
        <span className="text-text">{group.message}</span>
      </Link>
      <StateBadge group={group} />
    </span>
  );
}

function StateBadge({ group: { state } }: { group: ErrorGroup }) {
  if (state === "regressed") return <Badge tone="danger">came back</Badge>;
  if (state === "open") return null;
  return <Badge tone={state === "resolved" ? "ok" : "neutral"}>{state}</Badge>;
}

function Place({ group, className }: { group: ErrorGroup; className?: string }) {
  return (
    <span className={cn("text-muted", className)} title={`${group.service}, ${group.span_name}`}>
      {group.span_name} <span className="text-faint text-xs">{group.service}</span>
    </span>
  );
}

export function CompactGroup({ group }: { group: ErrorGroup }) {
  return (
    <>
      <span className="flex min-w-0 items-center justify-between gap-2">
        <GroupName group={group} />
        <GroupMenu group={group} />
      </span>
      <span className="mt-0.5 flex min-w-0 gap-3 text-faint text-xs tnum">
        <Place group={group} className="min-w-0 truncate" />
        <span className="shrink-0">{formatCompact(group.count)}×</span>
        <TimeAgo iso={group.last_seen} className="ml-auto shrink-0" />
      </span>
    </>
  );
}
