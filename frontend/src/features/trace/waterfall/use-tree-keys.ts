/** The keys of the tree of spans, as in the ARIA tree pattern. */
import type { KeyboardEvent } from "react";
import { treeMove } from "@/features/trace/model/navigate";
import type { TraceModel } from "@/telemetry/trace/build-trace";

interface TreeKeys {
  model: TraceModel;
  rows: Int32Array;
  /** Index of the selected span, or -1. */
  selected: number;
  folded: ReadonlySet<string>;
  onSelect: (spanId: string) => void;
  onToggleFold: (spanId: string) => void;
}

export function useTreeKeys({ model, rows, selected, folded, onSelect, onToggleFold }: TreeKeys) {
  return (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const move = treeMove(event.key, model, rows, selected, folded);
    if (!move) return;
    event.preventDefault();
    if ("select" in move) {
      const spanId = model.spans[move.select]?.span_id;
      if (spanId) onSelect(spanId);
    } else {
      const spanId = model.spans["expand" in move ? move.expand : move.collapse]?.span_id;
      if (spanId) onToggleFold(spanId);
    }
  };
}
