/** Workflow runs, newest first: every execution of a declared graph. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Workflow } from "lucide-react";
import { useMemo } from "react";
import { Button, buttonClass } from "@/components/ui/button";
import { DataTable } from "@/components/ui/data-table";
import { SelectField } from "@/components/ui/field";
import { LiveMark } from "@/components/ui/live-mark";
import { PageHeader } from "@/components/ui/page";
import { SearchInput } from "@/components/ui/search-input";
import { EmptyState, ErrorState, SkeletonRows, StaleNotice } from "@/components/ui/states";
import { TimeRangePicker } from "@/components/ui/time-range-picker";
import { serviceNamesQuery } from "@/features/otel/services/services-query";
import { nanosToNumber } from "@/lib/format/duration";
import { isMoving } from "@/lib/time-range";
import { useArrivals } from "@/lib/use-arrivals";
import { CompactRun, workflowColumns } from "./workflow-columns";
import { type WorkflowRun, workflowRunsQuery } from "./workflows-query";
import type { WorkflowsSearch } from "./workflows-search";

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
