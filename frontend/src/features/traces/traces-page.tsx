/** All traces, newest first or in another order; new ones appear by themselves. */

import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { ListTree } from "lucide-react";
import { lazy, Suspense, useMemo, useState } from "react";
import { buttonClass } from "@/components/ui/button";
import { DataTable } from "@/components/ui/data-table";
import { LiveMark } from "@/components/ui/live-mark";
import { NoMatches } from "@/components/ui/no-matches";
import { PageHeader } from "@/components/ui/page";
import { SelectionBar } from "@/components/ui/selection-bar";
import { EmptyState, LoadState } from "@/components/ui/states";
import { TimeRangePicker } from "@/components/ui/time-range-picker";
import { formatExact } from "@/lib/format/time";
import { longestNanos } from "@/lib/longest";
import { usePreferences } from "@/state/preferences";
import { loadNextPage } from "@/state/query-client";
import { useSearchState } from "@/state/use-search-state";
import { useSelection } from "@/state/use-selection";
import { filterProblem } from "@/telemetry/filter/filter-problem";
import { servicesQuery } from "@/telemetry/services/services-query";
import { type SelectedTrace, SelectionActions } from "@/telemetry/slots/selection-actions";
import { attributeColumns, columnsOf } from "@/telemetry/traces/columns";
import { orderSearch, sortOf } from "@/telemetry/traces/order";
import { CompactTrace, TRACE_CARD_PX, traceColumns } from "@/telemetry/traces/trace-columns";
import type { TraceList, TraceSummary } from "@/telemetry/traces/traces-query";
import { activeFilters, type TracesSearch } from "@/telemetry/traces/traces-search";
import { traceIdOf, useTraces } from "@/telemetry/traces/use-traces";
import { ViewsMenu } from "@/telemetry/views/views-menu";
import { ExportMenu } from "./export-menu";
import { OrderSelect } from "./order-select";
import { TraceColumnsMenu } from "./trace-columns-menu";
import { TraceFilters } from "./trace-filters";
import { TracePreview } from "./trace-preview";

const TraceHistogram = lazy(() => import("./trace-histogram"));

const ALL_TIME = { range: "all" } as const;
const ID = "/app/traces";
const route = getRouteApi(ID);

interface SearchProps {
  search: TracesSearch;
  onSearchChange: (change: Partial<TracesSearch>) => void;
}

export function TracesPage() {
  const [search, onSearchChange] = useSearchState(ID);
  const navigate = route.useNavigate();
  const { traceColumns: preferred } = usePreferences();
  const ids = useMemo(() => columnsOf(search, preferred), [search, preferred]);
  const attributes = useMemo(() => attributeColumns(ids), [ids]);
  const list = useTraces({ search, attributes });
  const { traces, rows } = list;
  const services = useQuery(servicesQuery(ALL_TIME));
  const anyService = (services.data?.length ?? 0) > 0;
  const earliest = useMemo(() => services.data?.map((seen) => seen.first_seen).sort()[0], [services.data]);
  const problem = filterProblem(traces.error, search.filter);
  const sort = sortOf(search);

  return (
    <>
      <PageHeader
        title="Traces"
        note={
          <LiveMark
            state={problem ? "stopped" : list.state}
            onToggle={() => onSearchChange({ paused: search.paused ? undefined : true })}
          />
        }
        actions={
          <>
            <ViewsMenu
              page="traces"
              search={search}
              onChoose={(next, replace) =>
                void navigate({ search: next as TracesSearch, replace: replace ?? false })
              }
            />
            <TraceColumnsMenu
              columns={ids}
              inUrl={search.cols !== undefined}
              onUrlChange={(cols) => onSearchChange({ cols })}
            />
            <ExportMenu search={search} />
            <TimeRangePicker value={search} onValueChange={onSearchChange} />
          </>
        }
      />
      <TraceFilters search={search} problem={problem} onChange={onSearchChange} />
      <OrderSelect sort={sort} onSort={(next) => onSearchChange(orderSearch(next))} />
      {anyService && (
        <Suspense fallback={<div className="h-23 shrink-0 border-line border-b" />}>
          <TraceHistogram search={search} earliest={earliest} onSearchChange={onSearchChange} />
        </Suspense>
      )}
      {!problem && <LoadState query={traces} label="Loading traces" />}
      {problem && rows.length === 0 && (
        <NoMatches
          icon={ListTree}
          title="The filter cannot be read"
          window={search}
          onWindowChange={onSearchChange}
          onClear={() => onSearchChange({ filter: undefined })}
        >
          {problem.message}
        </NoMatches>
      )}
      {traces.data && rows.length === 0 && !problem && (
        <NoTraces search={search} anyService={anyService} onSearchChange={onSearchChange} />
      )}
      {rows.length > 0 && (
        <TraceTable
          list={list}
          columns={ids}
          sort={sort}
          onSort={(next) => onSearchChange(orderSearch(next))}
        />
      )}
    </>
  );
}

interface TraceTableProps {
  list: ReturnType<typeof useTraces>;
  columns: readonly string[];
  sort: ReturnType<typeof sortOf>;
  onSort: (sort: ReturnType<typeof sortOf>) => void;
}

function TraceTable({ list, columns: ids, sort, onSort }: TraceTableProps) {
  const { traces, rows } = list;
  const longest = longestNanos(rows);
  const columns = useMemo(() => traceColumns(ids, longest), [ids, longest]);
  const selection = useSelection(list.ids);
  const [previewed, setPreviewed] = useState<string>();
  const shown = previewed === undefined ? undefined : rows.find((row) => row.trace_id === previewed);
  const chosen = useMemo(
    () => (selection.ids.size === 0 ? [] : rows.filter((row) => selection.ids.has(row.trace_id))),
    [rows, selection.ids],
  );
  return (
    <>
      <SelectionBar count={chosen.length} onClear={selection.clear}>
        <SelectionActions selection={chosen.map(selected)} onClear={selection.clear} />
      </SelectionBar>
      <div className="relative flex min-h-0 flex-1">
        <div className="flex min-w-0 flex-1 flex-col">
          <DataTable
            label="Traces"
            columns={columns}
            rows={rows}
            getRowId={traceIdOf}
            renderCompact={(row) => <CompactTrace trace={row} />}
            cardPx={TRACE_CARD_PX}
            arrived={list.arrived}
            current={shown?.trace_id}
            sort={sort}
            onSort={onSort}
            selection={{
              ids: selection.ids,
              count: rows.length,
              nameOf: (row) => row.root_name || "(no name)",
              onToggle: selection.toggle,
              onToggleAll: selection.toggleAll,
            }}
            onPreview={(id) => setPreviewed(id === previewed ? undefined : id)}
            onMove={(id) => previewed !== undefined && setPreviewed(id)}
            onEndReached={() => loadNextPage(traces)}
            footer={
              <ListEnd
                fetching={traces.isFetchingNextPage}
                more={traces.hasNextPage}
                incomplete={traces.data?.pages.at(-1)?.incomplete ?? null}
              />
            }
          />
        </div>
        {shown && <TracePreview trace={shown} onClose={() => setPreviewed(undefined)} />}
      </div>
    </>
  );
}

function selected(trace: TraceSummary): SelectedTrace {
  const { trace_id, root_name, start_time_unix_nano } = trace;
  return { traceId: trace_id, name: root_name, startUnixNano: start_time_unix_nano };
}

interface ListEndProps {
  fetching: boolean;
  more: boolean;
  incomplete: TraceList["incomplete"];
}

function ListEnd({ fetching, more, incomplete }: ListEndProps) {
  const text = incomplete
    ? `Searched back to ${formatExact(incomplete.searched_from)}${more ? "; scroll to go on." : "."}`
    : fetching
      ? "Loading more traces…"
      : more
        ? ""
        : "No more traces here.";
  return <p className="py-4 text-center text-faint text-xs">{text}</p>;
}

interface NoTracesProps extends SearchProps {
  anyService: boolean;
}

function NoTraces({ search, anyService, onSearchChange }: NoTracesProps) {
  const filters = activeFilters(search);
  if (!anyService && filters.length === 0) {
    return (
      <EmptyState
        icon={ListTree}
        title="No traces yet"
        action={
          <Link to="/welcome" className={buttonClass("primary")}>
            Send your first trace
          </Link>
        }
      >
        Point the Junjo SDK or any OpenTelemetry SDK at this server. Traces appear here within a second.
      </EmptyState>
    );
  }
  const clear = () => onSearchChange(Object.fromEntries(filters.map((name) => [name, undefined])));
  return (
    <NoMatches
      icon={ListTree}
      title="No traces match"
      window={search}
      onWindowChange={onSearchChange}
      onClear={filters.length > 0 ? clear : undefined}
    >
      Nothing in this time window fits the filters. New traces that do will appear by themselves.
    </NoMatches>
  );
}
