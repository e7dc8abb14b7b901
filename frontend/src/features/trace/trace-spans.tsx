/** The spans of a trace that folding, search and "what matters" leave: as rows beside bars or figures, or as a text to read. */
import { SearchX } from "lucide-react";
import { useCallback } from "react";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/states";
import type { TraceData } from "@/telemetry/trace/trace-query";
import { toggleFold } from "./model/folding";
import { writeWindow } from "./model/time-window";
import { Reading } from "./reading/reading";
import { RowsNotice } from "./rows-notice";
import { onlyMatters, type TraceSearch } from "./trace-search";
import { TraceTools } from "./trace-tools";
import type { TraceView } from "./use-trace-view";
import { Minimap } from "./waterfall/minimap";
import { Waterfall } from "./waterfall/waterfall";
import type { RowLook } from "./waterfall/waterfall-row";

interface TraceSpansProps {
  view: TraceView;
  data: TraceData;
  search: TraceSearch;
  narrow: boolean;
  selectedId: string | undefined;
  onSelect: (spanId: string) => void;
  onSearchChange: (change: Partial<TraceSearch>) => void;
}

export function TraceSpans(props: TraceSpansProps) {
  const { view, search, narrow, onSearchChange } = props;
  const { model, window } = view;
  return (
    <section aria-label="Waterfall" className="flex min-w-0 flex-1 flex-col">
      <Tools {...props} />
      {!narrow && !search.view && (
        <Minimap
          model={model}
          window={window}
          onWindowChange={(next) => onSearchChange({ t: writeWindow(next, model.totalNanos) })}
        />
      )}
      <Notice {...props} />
      <Rows {...props} look={search.view === "tree" ? "figures" : "bars"} />
    </section>
  );
}

/** The tree stands beside the text where there is room for both. */
export function TraceReading(props: TraceSpansProps) {
  const { view, data, search, narrow, selectedId, onSelect, onSearchChange } = props;
  const toggle = useToggleFold(props);
  return (
    <>
      {!narrow && (
        <section
          aria-label="Tree of spans"
          className="flex w-[30%] min-w-60 shrink-0 flex-col border-line border-r"
        >
          <Rows {...props} look="names" />
        </section>
      )}
      <section aria-label="Trace to read" className="flex min-w-0 flex-1 flex-col">
        <Tools {...props} />
        <Notice {...props} />
        {view.visible.rows.length === 0 ? (
          <NothingFound looking={view.found.isFetching} onSearchChange={onSearchChange} />
        ) : (
          <Reading
            // What is folded or left out moves everything, and old heights would show in the wrong places.
            key={String(onlyMatters(search))}
            traceId={data.traceId}
            model={view.model}
            visible={view.visible}
            folded={view.folded}
            selectedId={selectedId}
            sums={view.sums}
            whole={view.whole}
            onSelect={onSelect}
            onToggleFold={toggle}
            onOpen={(span) => onSearchChange({ span, view: undefined })}
          />
        )}
      </section>
    </>
  );
}

function Tools({ search, data, onSearchChange }: TraceSpansProps) {
  return <TraceTools search={search} errors={countErrors(data)} onSearchChange={onSearchChange} />;
}

function Notice({ view, search, onSearchChange }: TraceSpansProps) {
  return <RowsNotice view={view} search={search} onSearchChange={onSearchChange} />;
}

/** The rows, or how to get some back. */
function Rows(props: TraceSpansProps & { look: RowLook }) {
  const { view, data, look, selectedId, onSelect, onSearchChange } = props;
  const toggle = useToggleFold(props);
  if (view.visible.rows.length === 0)
    return <NothingFound looking={view.found.isFetching} onSearchChange={onSearchChange} />;
  return (
    <Waterfall
      model={view.model}
      previews={view.previews}
      visible={view.visible}
      folded={view.folded}
      selectedId={selectedId}
      complete={data.complete}
      look={look}
      sums={view.sums}
      whole={view.whole}
      window={view.window}
      critical={view.critical}
      onSelect={onSelect}
      onToggleFold={toggle}
    />
  );
}

interface NothingFoundProps extends Pick<TraceSpansProps, "onSearchChange"> {
  /** The server still looks into what spans hold. */
  looking: boolean;
}

function NothingFound({ looking, onSearchChange }: NothingFoundProps) {
  return (
    <EmptyState
      icon={SearchX}
      title={looking ? "No name matches; looking into messages" : "No span matches"}
      action={
        <Button onClick={() => onSearchChange({ find: undefined, errors: undefined })}>Clear search</Button>
      }
    />
  );
}

function useToggleFold({ view: { folding }, onSearchChange }: TraceSpansProps): (spanId: string) => void {
  return useCallback(
    (spanId: string) => onSearchChange({ folds: toggleFold(folding, spanId) }),
    [folding, onSearchChange],
  );
}

function countErrors(data: TraceData): number {
  return data.spans.reduce((count, span) => count + (span.status === "error" ? 1 : 0), 0);
}
