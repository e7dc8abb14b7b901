/** One trace: waterfall and span panel side by side, both restored from the URL. */

import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { SearchX, Waypoints } from "lucide-react";
import { useCallback, useMemo } from "react";
import { Button, buttonClass } from "@/components/ui/button";
import { SidePanel } from "@/components/ui/side-panel";
import { EmptyState, ErrorState, SkeletonRows, StaleNotice } from "@/components/ui/states";
import { isNotFound } from "@/lib/api/problem";
import { formatCount, plural } from "@/lib/format/number";
import { NARROW, useMedia } from "@/state/use-media";
import { ONE_VISIT, useSearchState } from "@/state/use-search-state";
import { pollInterval, type TraceData, traceQuery } from "@/telemetry/trace/trace-query";
import { toggleFold } from "./model/folding";
import { writeWindow } from "./model/time-window";
import { exchangeOf } from "./preview-query";
import { SpanPanel } from "./span-panel/span-panel";
import { useTraceCommands } from "./trace-commands";
import { TraceHeader } from "./trace-header";
import type { TraceSearch } from "./trace-search";
import { TraceTools } from "./trace-tools";
import { type TraceView, useTraceView } from "./use-trace-view";
import { useUrlSelection } from "./use-url-selection";
import { Minimap } from "./waterfall/minimap";
import { Waterfall } from "./waterfall/waterfall";

const ID = "/app/traces/$traceId";
const route = getRouteApi(ID);

export function TracePage() {
  const { traceId } = route.useParams();
  const [search, onSearchChange] = useSearchState(ID, ONE_VISIT);
  return <Trace key={traceId} traceId={traceId} search={search} onSearchChange={onSearchChange} />;
}

interface TraceProps {
  traceId: string;
  search: TraceSearch;
  onSearchChange: (change: Partial<TraceSearch>) => void;
}

export function Trace(props: TraceProps) {
  const trace = useQuery(traceQuery(props.traceId));
  if (trace.data) {
    return (
      <>
        {trace.error && <StaleNotice error={trace.error} />}
        <LoadedTrace {...props} data={trace.data} />
      </>
    );
  }
  if (trace.error && isNotFound(trace.error)) return <UnknownTrace traceId={props.traceId} />;
  if (trace.error) return <ErrorState error={trace.error} onRetry={() => trace.refetch()} />;
  return <SkeletonRows label="Loading trace" />;
}

interface LoadedTraceProps extends TraceProps {
  data: TraceData;
}

function LoadedTrace({ data, search, onSearchChange }: LoadedTraceProps) {
  const narrow = useMedia(NARROW);
  const view = useTraceView(data, search);
  const { model, visible, previews } = view;
  const exchange = useMemo(() => previews && exchangeOf(model, previews), [model, previews]);
  const [selectedId, select] = useUrlSelection(search.span, onSearchChange);

  const shownId = selectedId ?? (narrow ? undefined : model.spans[0]?.span_id);
  const shown = shownId === undefined ? undefined : model.indexById.get(shownId);
  const panel = shownId !== undefined && (
    <SpanPanel
      model={model}
      index={shown}
      exchange={shown === 0 ? exchange : undefined}
      traceId={data.traceId}
      spanId={shownId}
      tab={search.tab ?? "overview"}
      onTabChange={(tab) => onSearchChange({ tab: tab === "overview" ? undefined : tab })}
      onSelectSpan={select}
      onClose={narrow ? () => onSearchChange({ span: undefined }) : undefined}
    />
  );
  useTraceCommands({ model, visible, selectedId: shownId, search, select, onSearchChange });
  if (narrow && panel) return panel;

  return (
    <>
      <TraceHeader data={data} model={model} live={pollInterval(data, Date.now()) !== false} />
      <div className="relative flex min-h-0 flex-1">
        <section aria-label="Waterfall" className="flex min-w-0 flex-1 flex-col">
          <TraceTools search={search} errors={countErrors(data)} onSearchChange={onSearchChange} />
          {!narrow && !search.view && (
            <Minimap
              model={model}
              window={view.window}
              onWindowChange={(next) => onSearchChange({ t: writeWindow(next, model.totalNanos) })}
            />
          )}
          <TraceRows
            view={view}
            complete={data.complete}
            tree={search.view === "tree"}
            selectedId={shownId}
            onSelect={select}
            onSearchChange={onSearchChange}
          />
        </section>
        {!narrow && (
          <SidePanel label="Selected span" splitterLabel="Width of the span panel">
            {panel}
          </SidePanel>
        )}
      </div>
    </>
  );
}

interface TraceRowsProps {
  view: TraceView;
  complete: boolean;
  tree: boolean;
  selectedId: string | undefined;
  onSelect: (spanId: string) => void;
  onSearchChange: (change: Partial<TraceSearch>) => void;
}

/** The rows that folding and search leave, or how to get some back. */
function TraceRows({ view, complete, tree, selectedId, onSelect, onSearchChange }: TraceRowsProps) {
  const { model, visible, folding } = view;
  const toggle = useCallback(
    (spanId: string) => onSearchChange({ folds: toggleFold(folding, spanId) }),
    [folding, onSearchChange],
  );
  return (
    <>
      {visible.matches !== null && (
        <p role="status" className="border-line border-b px-4 py-1 text-faint text-xs">
          {plural(visible.matchCount, "span")} of {formatCount(model.spans.length)} match
        </p>
      )}
      {visible.rows.length === 0 ? (
        <EmptyState
          icon={SearchX}
          title="No span matches"
          action={
            <Button onClick={() => onSearchChange({ find: undefined, errors: undefined })}>
              Clear search
            </Button>
          }
        />
      ) : (
        <Waterfall
          model={model}
          previews={view.previews}
          visible={visible}
          folded={view.folded}
          selectedId={selectedId}
          complete={complete}
          tree={tree}
          window={view.window}
          critical={view.critical}
          onSelect={onSelect}
          onToggleFold={toggle}
        />
      )}
    </>
  );
}

function countErrors(data: TraceData): number {
  return data.spans.reduce((count, span) => count + (span.status === "error" ? 1 : 0), 0);
}

function UnknownTrace({ traceId }: { traceId: string }) {
  return (
    <EmptyState
      icon={Waypoints}
      title="This trace is not here"
      action={
        <Link to="/traces" className={buttonClass("secondary")}>
          All traces
        </Link>
      }
    >
      No span of <code className="break-all font-mono text-xs">{traceId}</code> has arrived, or retention
      removed it.
    </EmptyState>
  );
}
