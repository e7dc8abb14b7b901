/** Runs of workflows and agents, newest first. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Workflow, X } from "lucide-react";
import { useMemo } from "react";
import { Button, buttonClass } from "@/components/ui/button";
import { DataTable } from "@/components/ui/data-table";
import { SelectField } from "@/components/ui/field";
import { LiveMark } from "@/components/ui/live-mark";
import { NoMatches } from "@/components/ui/no-matches";
import { FilterBar, PageHeader } from "@/components/ui/page";
import { SearchInput } from "@/components/ui/search-input";
import { SelectionBar } from "@/components/ui/selection-bar";
import { EmptyState, LoadState } from "@/components/ui/states";
import { AllTimeButton, TimeRangePicker } from "@/components/ui/time-range-picker";
import { longestNanos } from "@/lib/longest";
import { loadNextPage } from "@/state/query-client";
import { useLiveList } from "@/state/use-live-list";
import { useSearchState } from "@/state/use-search-state";
import { useSelection } from "@/state/use-selection";
import { ServiceSelect } from "@/telemetry/services/service-select";
import { type SelectedTrace, SelectionActions } from "@/telemetry/slots/selection-actions";
import { ViewsMenu } from "@/telemetry/views/views-menu";
import { CompactRun, runColumns } from "./run-columns";
import { type Run, runsQuery } from "./runs-query";
import { FILTERS, LINKED_FILTERS, type RunsSearch, runsSearch } from "./runs-search";

interface SearchProps {
  search: RunsSearch;
  onSearchChange: (change: Partial<RunsSearch>) => void;
}

const ID = "/app/runs";
const route = getRouteApi(ID);

export function RunsPage() {
  const [search, onSearchChange] = useSearchState(ID);
  const navigate = route.useNavigate();
  const runs = useInfiniteQuery(runsQuery(search));
  const { view: _view, ...listed } = search;
  const byStart = (search.order ?? "start") === "start";
  const { rows, ids, arrived, state } = useLiveList({
    list: runs,
    idOf: runId,
    startOf: byStart ? startOf : undefined,
    search: listed,
  });
  const selection = useSelection(ids);
  const chosen = selection.ids.size === 0 ? [] : rows.filter((row) => selection.ids.has(runId(row)));
  const longest = longestNanos(rows);
  const columns = useMemo(() => runColumns(longest), [longest]);

  return (
    <>
      <PageHeader
        title="Runs"
        note={<LiveMark state={state} />}
        actions={
          <>
            <ViewsMenu
              page="runs"
              search={search}
              onChoose={(next, replace) =>
                void navigate({ search: next as RunsSearch, replace: replace ?? false })
              }
            />
            <TimeRangePicker value={search} onValueChange={onSearchChange} />
          </>
        }
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
        <SelectField
          label="Kind"
          hideLabel
          className="w-auto"
          value={search.kind ?? "workflow"}
          onChange={(event) => onSearchChange({ kind: kindOf(event.target.value) })}
        >
          <option value="workflow">Workflows</option>
          <option value="agent">Agents</option>
          <option value="all">Workflows and agents</option>
        </SelectField>
        <SelectField
          label="Outcome"
          hideLabel
          className="w-auto"
          value={search.outcome ?? ""}
          onChange={(event) =>
            onSearchChange(runsSearch.pick({ outcome: true }).parse({ outcome: event.target.value }))
          }
        >
          <option value="">Any outcome</option>
          <option value="completed">Completed</option>
          <option value="failed">Failed</option>
          <option value="cancelled">Cancelled</option>
        </SelectField>
        <Button
          aria-pressed={search.evidence === "partial"}
          weight={search.evidence === "partial" ? "primary" : "secondary"}
          onClick={() => onSearchChange({ evidence: search.evidence === "partial" ? undefined : "partial" })}
        >
          Partial
        </Button>
        <Button
          weight={search.status === "error" ? "danger" : "secondary"}
          aria-pressed={search.status === "error"}
          onClick={() => onSearchChange({ status: search.status === "error" ? undefined : "error" })}
        >
          Errors
        </Button>
        <LinkedFilters search={search} onSearchChange={onSearchChange} />
      </FilterBar>
      <LoadState query={runs} label="Loading runs" />
      {runs.data && rows.length === 0 && <NoRuns search={search} onSearchChange={onSearchChange} />}
      <SelectionBar count={chosen.length} onClear={selection.clear}>
        <SelectionActions selection={chosen.map(selected)} onClear={selection.clear} />
      </SelectionBar>
      {rows.length > 0 && (
        <DataTable
          label="Runs"
          columns={columns}
          rows={rows}
          sort={{ column: search.order ?? "start", direction: search.direction ?? "desc" }}
          onSort={({ column, direction }) =>
            onSearchChange({
              order: column === "duration" ? "duration" : undefined,
              direction: direction === "asc" ? "asc" : undefined,
            })
          }
          selection={{
            ids: selection.ids,
            count: rows.length,
            nameOf: (row) => row.name,
            onToggle: selection.toggle,
            onToggleAll: selection.toggleAll,
          }}
          getRowId={runId}
          renderCompact={(row) => <CompactRun run={row} />}
          arrived={arrived}
          onEndReached={() => loadNextPage(runs)}
        />
      )}
    </>
  );
}

function kindOf(kind: string): RunsSearch["kind"] {
  return kind === "agent" || kind === "all" ? kind : undefined;
}

/** What a link has filtered by, each with a way to take it away. */
function LinkedFilters({ search, onSearchChange }: SearchProps) {
  const keys = Object.keys(LINKED_FILTERS) as (keyof typeof LINKED_FILTERS)[];
  return keys
    .filter((key) => search[key] !== undefined)
    .map((key) => (
      <Button
        key={key}
        aria-label={`Remove the filter ${LINKED_FILTERS[key]}`}
        onClick={() => onSearchChange({ [key]: undefined })}
      >
        <span className="max-w-60 truncate">
          {LINKED_FILTERS[key]}: {search[key]}
        </span>
        <X size={13} aria-hidden />
      </Button>
    ));
}

function selected(run: Run): SelectedTrace {
  const { trace_id, span_id, name, start_time_unix_nano } = run;
  return { traceId: trace_id, spanId: span_id, name, startUnixNano: start_time_unix_nano };
}

function runId(run: Run): string {
  return `${run.trace_id}-${run.span_id}`;
}

const startOf = (row: Run) => row.start_time;

function NoRuns({ search, onSearchChange }: SearchProps) {
  if (FILTERS.some((key) => search[key] !== undefined)) {
    return (
      <NoMatches
        icon={Workflow}
        title="No runs match"
        window={search}
        onWindowChange={onSearchChange}
        onClear={() => onSearchChange(Object.fromEntries(FILTERS.map((key) => [key, undefined])))}
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
