/** Runs of workflows, newest first: every execution of a declared graph. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Workflow } from "lucide-react";
import { useMemo } from "react";
import { Button, buttonClass } from "@/components/ui/button";
import { DataTable } from "@/components/ui/data-table";
import { LiveMark } from "@/components/ui/live-mark";
import { NoMatches } from "@/components/ui/no-matches";
import { FilterBar, PageHeader } from "@/components/ui/page";
import { SearchInput } from "@/components/ui/search-input";
import { EmptyState, LoadState } from "@/components/ui/states";
import { AllTimeButton, TimeRangePicker } from "@/components/ui/time-range-picker";
import { longestNanos } from "@/lib/longest";
import { loadNextPage } from "@/state/query-client";
import { useLiveList } from "@/state/use-live-list";
import { useSearchState } from "@/state/use-search-state";
import { ServiceSelect } from "@/telemetry/services/service-select";
import { CompactRun, runColumns } from "./run-columns";
import { type Run, runsQuery } from "./runs-query";
import type { RunsSearch } from "./runs-search";

interface SearchProps {
  search: RunsSearch;
  onSearchChange: (change: Partial<RunsSearch>) => void;
}

export function RunsPage() {
  const [search, onSearchChange] = useSearchState("/app/runs");
  const runs = useInfiniteQuery(runsQuery(search));
  const { rows, arrived, state } = useLiveList({ list: runs, idOf: runId, search });
  const longest = longestNanos(rows);
  const columns = useMemo(() => runColumns(longest), [longest]);

  return (
    <>
      <PageHeader
        title="Runs"
        note={<LiveMark state={state} />}
        actions={<TimeRangePicker value={search} onValueChange={onSearchChange} />}
      />
      <FilterBar>
        <SearchInput
          value={search.name ?? ""}
          label="Name of the workflow"
          placeholder="Name of the workflow"
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
      <LoadState query={runs} label="Loading runs" />
      {runs.data && rows.length === 0 && <NoRuns search={search} onSearchChange={onSearchChange} />}
      {rows.length > 0 && (
        <DataTable
          label="Runs"
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

function runId(run: Run): string {
  return `${run.trace_id}-${run.span_id}`;
}

function NoRuns({ search, onSearchChange }: SearchProps) {
  if (search.name !== undefined || search.service !== undefined || search.status !== undefined) {
    return (
      <NoMatches
        icon={Workflow}
        title="No runs match"
        window={search}
        onWindowChange={onSearchChange}
        onClear={() => onSearchChange({ name: undefined, service: undefined, status: undefined })}
      />
    );
  }
  return (
    <EmptyState
      icon={Workflow}
      title="No runs in this window"
      action={
        <>
          <Link to="/welcome" className={buttonClass("primary")}>
            Connect the Junjo SDK
          </Link>
          <AllTimeButton value={search} onValueChange={onSearchChange} />
        </>
      }
    >
      Workflows are declared with the Junjo SDK; each execution appears here with its nodes and state changes.
    </EmptyState>
  );
}
