/** All traces, newest first; new ones appear by themselves. */

import { type InfiniteData, useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ListTree } from "lucide-react";
import { lazy, Suspense, useMemo } from "react";
import { buttonClass } from "@/components/ui/button";
import { ColumnsMenu } from "@/components/ui/columns-menu";
import { DataTable } from "@/components/ui/data-table";
import { LiveMark } from "@/components/ui/live-mark";
import { NoMatches } from "@/components/ui/no-matches";
import { PageHeader } from "@/components/ui/page";
import { EmptyState, LoadState } from "@/components/ui/states";
import { TimeRangePicker } from "@/components/ui/time-range-picker";
import { ViewsMenu } from "@/components/ui/views-menu";
import { formatExact } from "@/lib/format/time";
import { longestNanos } from "@/lib/longest";
import { isMoving } from "@/lib/time-range";
import { usePreferences } from "@/state/preferences";
import { LIVE_MS, loadNextPage } from "@/state/query-client";
import { useLiveList } from "@/state/use-live-list";
import { useSearchState } from "@/state/use-search-state";
import { servicesQuery } from "@/telemetry/services/services-query";
import type { TraceList, TraceSummary } from "@/telemetry/traces/traces-query";
import { activeFilters, cleared, type TracesSearch, tracesSearch } from "@/telemetry/traces/traces-search";
import { ExportMenu } from "./export-menu";
import { tracesQuery } from "./list-query";
import { CHOOSABLE_COLUMNS, CompactTrace, traceColumns } from "./trace-columns";
import { TraceFilters } from "./trace-filters";
import { useTraceTail } from "./use-trace-tail";

const TraceHistogram = lazy(() => import("./trace-histogram"));

const ALL_TIME = { range: "all" } as const;
/** While the tail is live, polling only repairs what it may have missed. */
const TAIL_POLL_MS = 30_000;

const traceId = (trace: TraceSummary) => trace.trace_id;
const startOf = (trace: TraceSummary) => trace.start_time;

interface SearchProps {
  search: TracesSearch;
  onSearchChange: (change: Partial<TracesSearch>) => void;
}

export function TracesPage() {
  const [search, onSearchChange] = useSearchState("/app/traces");
  const client = useQueryClient();
  const moving = isMoving(search, Date.now());
  const tail = useTraceTail(search, moving && !search.paused);
  const traces = useInfiniteQuery(tracesQuery(search, tail === "live" ? TAIL_POLL_MS : LIVE_MS));
  const services = useQuery(servicesQuery(ALL_TIME));
  const names = useMemo(() => services.data?.map(({ name }) => name) ?? [], [services.data]);
  const earliest = useMemo(
    () => services.data?.map(({ first_seen }) => first_seen).sort()[0],
    [services.data],
  );
  const { rows, arrived, state } = useLiveList({
    list: traces,
    idOf: traceId,
    startOf,
    search,
    moving: true,
  });
  const longest = longestNanos(rows);
  const columns = useMemo(() => traceColumns(longest), [longest]);
  const { hiddenTraceColumns, update } = usePreferences();

  function backToNewest() {
    client.setQueryData<InfiniteData<TraceList, string | undefined>>(tracesQuery(search).queryKey, (data) =>
      data ? { pages: data.pages.slice(0, 1), pageParams: data.pageParams.slice(0, 1) } : data,
    );
    void traces.refetch();
  }

  return (
    <>
      <PageHeader
        title="Traces"
        note={
          <LiveMark
            state={state}
            onResume={backToNewest}
            onToggle={() => onSearchChange({ paused: search.paused ? undefined : true })}
          />
        }
        actions={
          <>
            <ViewsMenu
              page="traces"
              search={search}
              onChoose={(view) => onSearchChange({ ...cleared(search), ...tracesSearch.parse(view) })}
            />
            <ColumnsMenu
              columns={CHOOSABLE_COLUMNS}
              hidden={hiddenTraceColumns}
              onHiddenChange={(hidden) => update({ hiddenTraceColumns: hidden })}
            />
            <ExportMenu search={search} />
            <TimeRangePicker value={search} onValueChange={onSearchChange} />
          </>
        }
      />
      <TraceFilters search={search} onChange={onSearchChange} />
      {names.length > 0 && (
        <Suspense fallback={<div className="h-23 shrink-0 border-line border-b" />}>
          <TraceHistogram search={search} earliest={earliest} onSearchChange={onSearchChange} />
        </Suspense>
      )}
      <LoadState query={traces} label="Loading traces" />
      {traces.data && rows.length === 0 && (
        <NoTraces search={search} anyService={names.length > 0} onSearchChange={onSearchChange} />
      )}
      {rows.length > 0 && (
        <DataTable
          label="Traces"
          columns={columns}
          rows={rows}
          hidden={hiddenTraceColumns}
          getRowId={traceId}
          renderCompact={(row) => <CompactTrace trace={row} />}
          arrived={arrived}
          onEndReached={() => loadNextPage(traces)}
          footer={
            <ListEnd
              fetching={traces.isFetchingNextPage}
              more={traces.hasNextPage}
              incomplete={traces.data?.pages.at(-1)?.incomplete ?? null}
            />
          }
        />
      )}
    </>
  );
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
      ? "Loading older traces…"
      : more
        ? ""
        : "No older traces here.";
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
