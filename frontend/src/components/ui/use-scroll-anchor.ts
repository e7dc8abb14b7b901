/** Keeps what is being read in its place when rows arrive above it. */
import { type RefObject, useCallback, useLayoutEffect, useRef } from "react";

interface Identified {
  id: string;
}

/** All rows are equally high. Returns what notes the topmost row; call it on every scroll. */
export function useScrollAnchor(
  scroller: RefObject<HTMLElement | null>,
  rows: readonly Identified[],
  rowPx: number,
): () => void {
  const anchor = useRef<{ id: string; index: number }>(undefined);
  useLayoutEffect(() => {
    const box = scroller.current;
    if (!box || !anchor.current) return;
    const index = rows.findIndex((row) => row.id === anchor.current?.id);
    if (index < 0 || index === anchor.current.index) return;
    box.scrollTop += (index - anchor.current.index) * rowPx;
    anchor.current.index = index;
  }, [scroller, rows, rowPx]);

  return useCallback(() => {
    const top = scroller.current?.scrollTop ?? 0;
    const index = Math.floor(top / rowPx);
    const row = rows[index];
    // At the very top the newest rows are what is being read.
    anchor.current = top > 0 && row ? { id: row.id, index } : undefined;
  }, [scroller, rows, rowPx]);
}
