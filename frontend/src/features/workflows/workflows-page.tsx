/** Workflow runs, newest first: every execution of a declared graph. */

import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Workflow } from "lucide-react";
import { useMemo } from "react";
import { Button, buttonClass } from "@/components/ui/button";
import { DataTable } from "@/components/ui/data-table";
import { LiveMark } from "@/components/ui/live-mark";
import { FilterBar, PageHeader } from "@/components/ui/page";
import { SearchInput } from "@/components/ui/search-input";
import { EmptyState, LoadState } from "@/components/ui/states";
import { AllTimeButton, TimeRangePicker } from "@/components/ui/time-range-picker";
import { longestNanos } from "@/lib/longest";
import { loadNextPage } from "@/state/query-client";
import { useLiveList } from "@/state/use-live-list";
import { useSearchState } from "@/state/use-search-state";
import { ServiceSelect } from "@/telemetry/services/service-select";
import { CompactRun, workflowColumns } from "./workflow-columns";
import { type WorkflowRun, workflowRunsQuery } from "./workflows-query";
import type { WorkflowsSearch } from "./workflows-search";

interface SearchProps {
  search: WorkflowsSearch;
  onSearchChange: (change: Partial<WorkflowsSearch>) => void;
}

export function WorkflowsPage() {
  const [search, onSearchChange] = useSearchState("/app/workflows");
  const runs = useInfiniteQuery(workflowRunsQuery(search));
  const { rows, arrived, state } = useLiveList({ list: runs, idOf: runId, search });
  const longest = longestNanos(rows);
  const columns = useMemo(() => workflowColumns(longest), [longest]);

  return (
    <>
      <PageHeader
        title="Workflow runs"
        note={<LiveMark state={state} />}
        actions={<TimeRangePicker value={search} onValueChange={onSearchChange} />}
      />
      <FilterBar>
        <SearchInput
          value={search.name ?? ""}
          label="Workflow name"
          placeholder="Workflow name"
          onValueChange={(text) => onSearchChange({ name: text.trim() || undefined })}
          className="min-w-48 max-w-md flex-1 basis-60"
        />
        <ServiceSelect value={search.service} onValueChange={(service) => onSearchChange({ service })} />
        <Button
          weight={search.status === "error" ? "danger" : "secondary"}
          aria-pressed={search.status === "error"}
          onClick={() => onSearchChange({ status: search.status === "error" ? undefined : "error" })}
        >
          Errors
        </Button>
      </FilterBar>
      <LoadState query={runs} label="Loading workflow runs" />
      {runs.data && rows.length === 0 && <NoRuns search={search} onSearchChange={onSearchChange} />}
      {rows.length > 0 && (
        <DataTable
          label="Workflow runs"
          columns={columns}
          rows={rows}
          getRowId={runId}
          renderCompact={(row) => <CompactRun run={row} />}
          arrived={arrived}
          onEndReached={() => loadNextPage(runs)}
        />
      )}
    </>
  );
}

function runId(run: WorkflowRun): string {
  return `${run.trace_id}-${run.span_id}`;
}

function NoRuns({ search, onSearchChange }: SearchProps) {
  const allTime = <AllTimeButton value={search} onValueChange={onSearchChange} />;
  if (search.name !== undefined || search.service !== undefined || search.status !== undefined) {
    return (
      <EmptyState
        icon={Workflow}
        title="No workflow runs match"
        action={
          <>
            <Button
              onClick={() => onSearchChange({ name: undefined, service: undefined, status: undefined })}
            >
              Clear filters
            </Button>
            {allTime}
          </>
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
        <>
          <Link to="/welcome" className={buttonClass("primary")}>
            Connect the Junjo SDK
          </Link>
          {allTime}
        </>
      }
    >
      Workflows are declared with the Junjo SDK; each execution appears here with its nodes and state changes.
    </EmptyState>
  );
}
