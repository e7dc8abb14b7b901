/** The trace as a tree of rows with a time axis that fits the data. Virtualised; keyboard as in the ARIA tree pattern. */
import { useVirtualizer, type Virtualizer } from "@tanstack/react-virtual";
import { useLayoutEffect, useRef } from "react";
import { RowScope } from "@/components/hint/hint";
import { Splitter } from "@/components/ui/splitter";
import type { CriticalPath } from "@/features/trace/model/critical-path";
import type { TimeWindow } from "@/features/trace/model/time-window";
import type { VisibleRows } from "@/features/trace/model/visible-rows";
import type { Previews } from "@/features/trace/preview-query";
import { usePreferences } from "@/state/preferences";
import { NARROW, useMedia } from "@/state/use-media";
import type { TraceModel } from "@/telemetry/trace/build-trace";
import type { TraceSums } from "@/telemetry/trace/sums";
import { FigureHeads } from "./figures";
import { TimeAxis, TimeGrid } from "./time-axis";
import { useTreeKeys } from "./use-tree-keys";
import { type RowLook, rowDomId, WaterfallRow } from "./waterfall-row";

const ROW_PX = 28;
const NARROW_ROW_PX = 38;

interface WaterfallProps {
  model: TraceModel;
  /** The first words of spans, where they are known. */
  previews: Previews | undefined;
  visible: VisibleRows;
  folded: ReadonlySet<string>;
  selectedId: string | undefined;
  /** All pages are there, so a missing parent is really missing. */
  complete: boolean;
  /** What stands beside the names. */
  look: RowLook;
  sums: TraceSums;
  /** Where the sums have each span of the model. */
  whole: TraceModel;
  window: TimeWindow;
  critical: CriticalPath | undefined;
  onSelect: (spanId: string) => void;
  onToggleFold: (spanId: string) => void;
}

export function Waterfall(props: WaterfallProps) {
  const {
    model,
    previews,
    visible,
    folded,
    selectedId,
    complete,
    look,
    sums,
    whole,
    window,
    critical,
    onSelect,
    onToggleFold,
  } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const narrow = useMedia(NARROW);
  const { namesShare } = usePreferences();
  const { rows, matches } = visible;
  const namesOnly = narrow || look === "names";
  const selected = selectedId === undefined ? -1 : (model.indexById.get(selectedId) ?? -1);

  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => (narrow ? NARROW_ROW_PX : ROW_PX),
    overscan: 10,
    initialRect: { width: 800, height: 800 },
  });

  useScrollToSelected(virtualizer, rows, selected);
  const handleKeyDown = useTreeKeys({ model, rows, selected, folded, onSelect, onToggleFold });

  return (
    <div
      className="relative flex min-h-0 min-w-0 flex-1 flex-col"
      style={{ ["--names" as string]: namesOnly ? "100%" : `${namesShare * 100}%` }}
    >
      {!namesOnly && (look === "figures" ? <TreeHead /> : <TimeAxis window={window} />)}
      <div className="relative min-h-0 flex-1">
        {!namesOnly && look === "bars" && <TimeGrid window={window} />}
        <div
          ref={scroller}
          role="tree"
          tabIndex={0}
          aria-label="Spans"
          aria-activedescendant={selectedId === undefined ? undefined : rowDomId(selectedId)}
          onKeyDown={handleKeyDown}
          className="group/tree absolute inset-0 overflow-y-auto overflow-x-hidden outline-none"
        >
          <div role="presentation" className="relative" style={{ height: virtualizer.getTotalSize() }}>
            <RowScope value={true}>
              {virtualizer.getVirtualItems().map((item) => {
                const index = rows[item.index] ?? 0;
                const spanId = model.spans[index]?.span_id ?? "";
                return (
                  <WaterfallRow
                    key={item.key}
                    model={model}
                    index={index}
                    preview={previews?.get(spanId)?.asked ?? undefined}
                    top={item.start}
                    height={item.size}
                    position={item.index + 1}
                    selected={index === selected}
                    folded={folded.has(spanId)}
                    dimmed={matches !== null && matches[index] !== 1}
                    markOrphan={complete}
                    look={narrow && look === "figures" ? "bars" : look}
                    sums={sums}
                    sumsAt={whole.indexById.get(spanId) ?? -1}
                    window={window}
                    critical={critical}
                    onSelect={onSelect}
                    onToggleFold={onToggleFold}
                  />
                );
              })}
            </RowScope>
          </div>
        </div>
      </div>
      {!namesOnly && <NamesSplitter />}
    </div>
  );
}

/** A link into the trace shows its span: scrolls there once the span has arrived, and once only. */
function useScrollToSelected(
  virtualizer: Virtualizer<HTMLDivElement, Element>,
  rows: Int32Array,
  selected: number,
): void {
  const shown = useRef(-1);
  useLayoutEffect(() => {
    if (selected < 0 || shown.current === selected) return;
    shown.current = selected;
    const position = rows.indexOf(selected);
    if (position >= 0) virtualizer.scrollToIndex(position, { align: "auto" });
  }, [selected, rows, virtualizer]);
}

function NamesSplitter() {
  const { namesShare, update } = usePreferences();
  return (
    <div className="pointer-events-none absolute inset-0 flex">
      <div style={{ width: "var(--names)" }} />
      <Splitter
        value={namesShare}
        min={0.2}
        max={0.8}
        label="Width of the span names"
        onValueChange={(share) => update({ namesShare: share })}
        className="pointer-events-auto"
      />
    </div>
  );
}

function TreeHead() {
  return (
    <div
      className="flex h-7 shrink-0 items-center border-line border-b font-medium text-2xs text-faint"
      aria-hidden
    >
      <div style={{ width: "var(--names)" }} className="shrink-0 px-3">
        Span
      </div>
      <FigureHeads />
    </div>
  );
}
