/** A trace to read from top to bottom, like a conversation. Virtualised; what spans hold is read as they come into sight. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { VisibleRows } from "@/features/trace/model/visible-rows";
import type { TraceModel } from "@/telemetry/trace/build-trace";
import type { TraceSums } from "@/telemetry/trace/sums";
import { ReadingItem } from "./reading-item";

/** Before an item has been measured. */
const ITEM_PX = 120;

interface ReadingProps {
  traceId: string;
  /** The spans that are read, which may be fewer than the trace has. */
  model: TraceModel;
  visible: VisibleRows;
  folded: ReadonlySet<string>;
  selectedId: string | undefined;
  sums: TraceSums;
  /** Where the sums have each span of the model. */
  whole: TraceModel;
  onSelect: (spanId: string) => void;
  onToggleFold: (spanId: string) => void;
  /** Shows everything about one span. */
  onOpen: (spanId: string) => void;
}

export function Reading(props: ReadingProps) {
  const { traceId, model, visible, folded, selectedId, sums, whole, onSelect, onToggleFold, onOpen } = props;
  const { rows } = visible;
  const scroller = useRef<HTMLElement>(null);
  const [shut, setShut] = useState<ReadonlySet<string>>(new Set());
  const toggleShut = useCallback((spanId: string) => setShut((before) => toggled(before, spanId)), []);
  const toolsHaveSpans = useMemo(() => whole.spans.some(({ role }) => role === "tool"), [whole]);
  const spanIdAt = (position: number) => model.spans[rows[position] ?? -1]?.span_id ?? "";

  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    getItemKey: spanIdAt,
    estimateSize: () => ITEM_PX,
    overscan: 4,
    initialRect: { width: 800, height: 800 },
  });
  useScrollTo(selectedId, (spanId) => {
    const index = model.indexById.get(spanId);
    const position = index === undefined ? -1 : rows.indexOf(index);
    if (position >= 0) virtualizer.scrollToIndex(position, { align: "start" });
    return position >= 0;
  });

  return (
    <section
      ref={scroller}
      aria-label="Reading"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
      tabIndex={0}
      className="@container min-h-0 min-w-0 flex-1 overflow-y-auto overflow-x-hidden bg-surface outline-none focus-visible:outline-2 focus-visible:outline-accent focus-visible:-outline-offset-2"
    >
      <ol className="relative" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map((item) => {
          const index = rows[item.index] ?? 0;
          const spanId = spanIdAt(item.index);
          return (
            <li
              key={item.key}
              ref={virtualizer.measureElement}
              data-index={item.index}
              className="absolute inset-x-0 top-0"
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <ReadingItem
                traceId={traceId}
                model={model}
                index={index}
                sums={sums}
                sumsAt={whole.indexById.get(spanId) ?? -1}
                selected={spanId === selectedId}
                folded={folded.has(spanId)}
                shut={shut.has(spanId)}
                toolsHaveSpans={toolsHaveSpans}
                settled={!virtualizer.isScrolling}
                onSelect={onSelect}
                onToggleFold={onToggleFold}
                onToggleShut={toggleShut}
                onOpen={onOpen}
              />
            </li>
          );
        })}
      </ol>
    </section>
  );
}

function toggled(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(ids);
  if (!next.delete(id)) next.add(id);
  return next;
}

/** Follows the selection, once for each: whoever reads on is not pulled back. */
function useScrollTo(spanId: string | undefined, scrollTo: (spanId: string) => boolean): void {
  const shown = useRef<string>(undefined);
  useLayoutEffect(() => {
    if (spanId === undefined || shown.current === spanId) return;
    if (scrollTo(spanId)) shown.current = spanId;
  });
}
