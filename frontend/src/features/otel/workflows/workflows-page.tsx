/** Workflow runs, newest first: every execution of a declared graph. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Workflow } from "lucide-react";
import { useMemo } from "react";
import { Button, buttonClass } from "@/components/ui/button";
import { type DataColumns, DataTable, dataColumns } from "@/components/ui/data-table";
import { SelectField } from "@/components/ui/field";
import { LiveMark } from "@/components/ui/live-mark";
import { PageHeader } from "@/components/ui/page";
import { SearchInput } from "@/components/ui/search-input";
import { EmptyState, ErrorState, SkeletonRows, StaleNotice } from "@/components/ui/states";
import { TimeAgo } from "@/components/ui/time-ago";
import { TimeRangePicker } from "@/components/ui/time-range-picker";
import { serviceNamesQuery } from "@/features/otel/services/services-query";
import { DurationBar, Unknown } from "@/features/otel/vocabulary/numbers";
import { RoleMark } from "@/features/otel/vocabulary/role-mark";
import { ErrorMark } from "@/features/otel/vocabulary/status";
import { formatDuration, nanosToNumber } from "@/lib/format/duration";
import { plural } from "@/lib/format/number";
import { isMoving } from "@/lib/time-range";
import { useArrivals } from "@/lib/use-arrivals";
import { type WorkflowRun, workflowRunsQuery } from "./workflows-query";
import type { WorkflowsSearch } from "./workflows-search";

const column = dataColumns<WorkflowRun>();

function workflowColumns(maxNanos: number): DataColumns<WorkflowRun> {
  return column.columns([
    column.display({
      id: "name",
      header: "Workflow",
      meta: { track: "minmax(220px,2fr)" },
      cell: ({ row }) => <RunName run={row.original} />,
    }),
    column.display({
      id: "service",
      header: "Service",
      meta: { track: "minmax(100px,1fr)", from: 700 },
      cell: ({ row }) => <span className="block truncate text-muted">{row.original.service}</span>,
    }),
    column.display({
      id: "graph",
      header: "Graph",
      meta: { track: "96px", from: 900 },
      cell: ({ row }) => <GraphId id={row.original.structural_id} />,
    }),
    column.display({
      id: "nodes",
      header: "Nodes",
      meta: { track: "60px", align: "end" },
      cell: ({ row }) => <span className="text-muted tnum">{row.original.node_count ?? "–"}</span>,
    }),
    column.display({
      id: "duration",
      header: "Duration",
      meta: { track: "128px", align: "end" },
      cell: ({ row }) => (
        <DurationBar
          nanos={nanosToNumber(row.original.duration_ns)}
          maxNanos={maxNanos}
          error={row.original.status === "error"}
        />
      ),
    }),
    column.display({
      id: "start",
      header: "Started",
      meta: { track: "84px", align: "end" },
      cell: ({ row }) => (
        <TimeAgo iso={row.original.start_time} className="whitespace-nowrap text-muted tnum" />
      ),
    }),
  ]) as DataColumns<WorkflowRun>;
}

interface WorkflowsPageProps {
  search: WorkflowsSearch;
  onSearchChange: (change: Partial<WorkflowsSearch>) => void;
}

export function WorkflowsPage({ search, onSearchChange }: WorkflowsPageProps) {
  const runs = useInfiniteQuery(workflowRunsQuery(search));
  const services = useQuery(serviceNamesQuery());
  const rows = useMemo(() => runs.data?.pages.flatMap((page) => page.items) ?? [], [runs.data]);
  const ids = useMemo(() => rows.map(runId), [rows]);
  const arrived = useArrivals(JSON.stringify(search), ids);
  const longest = useMemo(() => {
    const max = rows.reduce((so, row) => Math.max(so, nanosToNumber(row.duration_ns)), 1);
    return 2 ** Math.ceil(Math.log2(max));
  }, [rows]);
  const columns = useMemo(() => workflowColumns(longest), [longest]);
  const walking = (runs.data?.pages.length ?? 0) > 1;
  const liveState = runs.error
    ? "failing"
    : walking
      ? "paused"
      : isMoving(search, Date.now())
        ? "live"
        : "fixed";
  const filtered = search.name !== undefined || search.service !== undefined || search.status !== undefined;

  return (
    <>
      <PageHeader
        title="Workflow runs"
        note={<LiveMark state={liveState} />}
        actions={<TimeRangePicker value={search} onValueChange={onSearchChange} />}
      />
      <search
        aria-label="Filters"
        className="flex flex-wrap items-center gap-2 border-line border-b px-4 py-2"
      >
        <SearchInput
          value={search.name ?? ""}
          label="Workflow name"
          placeholder="Workflow name"
          onValueChange={(text) => onSearchChange({ name: text.trim() || undefined })}
          className="min-w-48 max-w-md flex-1 basis-60"
        />
        <SelectField
          label="Service"
          hideLabel
          className="w-auto max-w-44"
          value={search.service ?? ""}
          onChange={(event) => onSearchChange({ service: event.target.value || undefined })}
        >
          <option value="">All services</option>
          {services.data?.map((service) => (
            <option key={service}>{service}</option>
          ))}
        </SelectField>
        <Button
          weight={search.status === "error" ? "danger" : "secondary"}
          aria-pressed={search.status === "error"}
          onClick={() => onSearchChange({ status: search.status === "error" ? undefined : "error" })}
        >
          Errors
        </Button>
      </search>
      {runs.error && runs.data && <StaleNotice error={runs.error} />}
      {runs.isPending && <SkeletonRows label="Loading workflow runs" />}
      {runs.error && !runs.data && <ErrorState error={runs.error} onRetry={() => runs.refetch()} />}
      {runs.data && rows.length === 0 && <NoRuns filtered={filtered} onSearchChange={onSearchChange} />}
      {rows.length > 0 && (
        <DataTable
          label="Workflow runs"
          columns={columns}
          rows={rows}
          getRowId={runId}
          renderCompact={(row) => <CompactRun run={row} />}
          {...(walking ? {} : { arrived })}
          onEndReached={() => {
            if (runs.hasNextPage && !runs.isFetchingNextPage) void runs.fetchNextPage();
          }}
        />
      )}
    </>
  );
}

function runId(run: WorkflowRun): string {
  return `${run.trace_id}-${run.span_id}`;
}

function RunName({ run }: { run: WorkflowRun }) {
  return (
    <span className="flex min-w-0 items-center gap-2.5">
      <RoleMark spanRole="workflow" />
      <Link
        to="/traces/$traceId"
        params={{ traceId: run.trace_id }}
        search={{ span: run.span_id }}
        className="truncate font-medium outline-none after:absolute after:inset-0 after:content-[''] focus-visible:after:outline-2 focus-visible:after:outline-accent focus-visible:after:-outline-offset-2"
      >
        {run.name}
      </Link>
      {run.error_count > 0 ? <ErrorMark count={run.error_count} /> : run.status === "error" && <ErrorMark />}
    </span>
  );
}

/** Runs with the same mark ran the same graph. */
function GraphId({ id }: { id: string | null }) {
  if (!id) return <Unknown title="This SDK version sends no graph hash" />;
  const hash = id.replace(/^graph_/, "");
  const hue = Number.parseInt(hash.slice(0, 4), 16) % 360;
  return (
    <span className="flex items-center gap-1.5 font-mono text-2xs text-faint" title={id}>
      <span
        className="size-2 rounded-full"
        style={{ background: `oklch(0.65 0.11 ${hue || 0})` }}
        aria-hidden
      />
      {hash.slice(0, 7)}
    </span>
  );
}

function CompactRun({ run }: { run: WorkflowRun }) {
  return (
    <>
      <RunName run={run} />
      <span className="mt-1 flex gap-2 pl-7 text-faint text-xs tnum">
        <span className="truncate">{run.service}</span>
        <span className="ml-auto flex shrink-0 gap-2">
          {run.node_count !== null && <span>{plural(run.node_count, "node")}</span>}
          <span className="text-muted">{formatDuration(nanosToNumber(run.duration_ns))}</span>
          <TimeAgo iso={run.start_time} />
        </span>
      </span>
    </>
  );
}

function NoRuns({
  filtered,
  onSearchChange,
}: {
  filtered: boolean;
  onSearchChange: WorkflowsPageProps["onSearchChange"];
}) {
  if (filtered) {
    return (
      <EmptyState
        icon={Workflow}
        title="No workflow runs match"
        action={
          <Button onClick={() => onSearchChange({ name: undefined, service: undefined, status: undefined })}>
            Clear filters
          </Button>
        }
      >
        Nothing in this time window fits the filters.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={Workflow}
      title="No workflow runs in this window"
      action={
        <Link to="/welcome" className={buttonClass("primary")}>
          Connect the Junjo SDK
        </Link>
      }
    >
      Workflows are declared with the Junjo SDK; each execution appears here with its nodes and state changes.
    </EmptyState>
  );
}
