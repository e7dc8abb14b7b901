/** Which value's card is open: what the pointer rests on, what the keyboard has focused, or what was tapped. */
import { useEffect, useState } from "react";

/** How long the pointer rests before a card opens; once one is open, the next opens at once. */
const OPEN_MS = 250;
/** Time to move the pointer from the value into its card. */
const CLOSE_MS = 150;

const HINT = "[data-hint]";
const CARD = "[data-hint-card]";

export function useOpenHint(): Element | undefined {
  const [open, setOpen] = useState<Element>();
  useEffect(() => watch(document, setOpen), []);
  return open;
}

/** Listens to the whole document until the returned function is called. */
function watch(page: Document, show: (element: Element | undefined) => void): () => void {
  let shown: Element | undefined;
  let byFocus = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isKeyboard = false;
  let isTouch = false;
  const stop = new AbortController();

  function set(element: Element | undefined, focus = false) {
    clearTimeout(timer);
    if (element === shown) return;
    shown = element;
    byFocus = focus;
    show(element);
  }
  function later(element: Element | undefined, millis: number) {
    clearTimeout(timer);
    timer = setTimeout(() => set(element), millis);
  }
  const on = <K extends keyof DocumentEventMap>(name: K, listen: (event: DocumentEventMap[K]) => void) =>
    page.addEventListener(name, listen, { capture: true, signal: stop.signal });

  on("pointermove", (event) => {
    if (event.pointerType === "touch") return;
    const found = elementAt(page, event);
    if (found === "card") clearTimeout(timer);
    else if (found === undefined) {
      if (shown && !byFocus) later(undefined, CLOSE_MS);
      else if (!shown) clearTimeout(timer);
    } else if (found !== shown) {
      if (shown) set(found);
      else later(found, OPEN_MS);
    } else clearTimeout(timer);
  });
  on("pointerdown", (event) => {
    isKeyboard = false;
    isTouch = event.pointerType === "touch";
    if (!isTouch && elementAt(page, event) !== "card") set(undefined);
  });
  // A tap on a value opens its card, not what the row leads to.
  on("click", (event) => {
    if (!isTouch) return;
    const found = elementAt(page, event);
    if (found === "card") return;
    if (found !== undefined && found !== shown) {
      event.preventDefault();
      event.stopPropagation();
      set(found);
    } else set(undefined);
  });
  on("keydown", (event) => {
    isKeyboard = true;
    if (event.key === "Escape") set(undefined);
  });
  on("focusin", (event) => {
    if (!isKeyboard || !(event.target instanceof Element)) return;
    const found = event.target.closest(HINT);
    set(found === event.target ? found : undefined, true);
  });
  on("focusout", () => {
    if (byFocus) set(undefined);
  });
  on("scroll", () => {
    if (!byFocus) set(undefined);
  });
  return () => {
    clearTimeout(timer);
    stop.abort();
  };
}

/** The value below the pointer; it may lie below the link that covers its row, but not below anything else. */
function elementAt(page: Document, event: MouseEvent): Element | "card" | undefined {
  const stack = page.elementsFromPoint?.(event.clientX, event.clientY) ?? targetOf(event);
  const top = stack[0];
  if (!top) return undefined;
  if (top.closest(CARD)) return "card";
  const direct = top.closest(HINT);
  if (direct) return direct;
  const link = top.closest<HTMLElement>("a");
  const row = link?.offsetParent;
  if (!row) return undefined;
  return stack.find((element) => element !== link && element.matches(HINT) && row.contains(element));
}

function targetOf(event: Event): Element[] {
  return event.target instanceof Element ? [event.target] : [];
}
