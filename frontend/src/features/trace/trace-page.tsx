/** One trace: its spans and the selected one side by side, or a text to read; all of it restored from the URL. */

import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Waypoints } from "lucide-react";
import { useMemo, useRef } from "react";
import { buttonClass } from "@/components/ui/button";
import { SidePanel } from "@/components/ui/side-panel";
import { EmptyState, ErrorState, SkeletonRows, StaleNotice } from "@/components/ui/states";
import { isNotFound } from "@/lib/api/problem";
import { NARROW, useMedia } from "@/state/use-media";
import { ONE_VISIT, useSearchState } from "@/state/use-search-state";
import { pollInterval, type TraceData, traceQuery } from "@/telemetry/trace/trace-query";
import { useMarkedHits } from "./marked-hits";
import { exchangeOf } from "./preview-query";
import { SpanPanel } from "./span-panel/span-panel";
import { useTraceCommands } from "./trace-commands";
import { TraceHeader } from "./trace-header";
import type { TraceSearch } from "./trace-search";
import { TraceReading, TraceSpans } from "./trace-spans";
import { useTraceView } from "./use-trace-view";
import { useUrlSelection } from "./use-url-selection";

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
  const { whole, model, visible, previews } = view;
  const exchange = useMemo(() => previews && exchangeOf(whole, previews), [whole, previews]);
  const [selectedId, select] = useUrlSelection(search.span, onSearchChange);
  const page = useRef<HTMLDivElement>(null);
  useMarkedHits(page, search.find ?? "");

  const isRead = search.view === "read";
  const shownId = selectedId ?? (narrow ? undefined : whole.spans[0]?.span_id);
  const shown = shownId === undefined ? undefined : whole.indexById.get(shownId);
  useTraceCommands({ model, visible, selectedId: shownId, search, select, onSearchChange });
  const panel = shownId !== undefined && !isRead && (
    <SpanPanel
      model={whole}
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
  const parts = { view, data, search, narrow, selectedId: shownId, onSelect: select, onSearchChange };
  return (
    <div ref={page} className="contents">
      {narrow && panel ? (
        panel
      ) : (
        <>
          <TraceHeader data={data} view={view} live={pollInterval(data, Date.now()) !== false} />
          <div className="relative flex min-h-0 flex-1">
            {isRead ? <TraceReading {...parts} selectedId={selectedId} /> : <TraceSpans {...parts} />}
            {!narrow && !isRead && (
              <SidePanel label="Selected span" splitterLabel="Width of the span panel">
                {panel}
              </SidePanel>
            )}
          </div>
        </>
      )}
    </div>
  );
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
