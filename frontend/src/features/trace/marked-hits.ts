/** Marks a text wherever it is shown inside an element. The browser draws the marks; no element is added or changed. */
import { type RefObject, useEffect } from "react";

const NAME = "found";
/** Marks drawn at once; there are more only in a text that consists of what is looked for. */
const MARKS_MAX = 2_000;

/** Follows what is drawn: rows that scroll into sight and payloads that arrive are marked as well. */
export function useMarkedHits(root: RefObject<HTMLElement | null>, text: string): void {
  const wanted = text.trim().toLowerCase();
  useEffect(() => {
    const element = root.current;
    if (!element || wanted === "" || !("highlights" in CSS)) return;
    let frame = 0;
    const mark = () => {
      frame = 0;
      CSS.highlights.set(NAME, new Highlight(...rangesOf(element, wanted)));
    };
    const observer = new MutationObserver(() => {
      if (frame === 0) frame = requestAnimationFrame(mark);
    });
    observer.observe(element, { childList: true, characterData: true, subtree: true });
    mark();
    return () => {
      observer.disconnect();
      cancelAnimationFrame(frame);
      CSS.highlights.delete(NAME);
    };
  }, [root, wanted]);
}

/** Where `wanted`, in lower case, stands in the texts below `element`. */
export function rangesOf(element: HTMLElement, wanted: string): Range[] {
  const ranges: Range[] = [];
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node && ranges.length < MARKS_MAX; node = walker.nextNode()) {
    const text = (node.nodeValue ?? "").toLowerCase();
    // Letters that get longer in lower case would move every place behind them.
    if (text.length !== node.nodeValue?.length) continue;
    for (
      let at = text.indexOf(wanted);
      at >= 0 && ranges.length < MARKS_MAX;
      at = text.indexOf(wanted, at + 1)
    ) {
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + wanted.length);
      ranges.push(range);
    }
  }
  return ranges;
}
