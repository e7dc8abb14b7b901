/**
 * The keys of a table. Up and down (or k and j) move between the links that stand for rows, left and right between the values
 * of a row, whose cards then open; space previews the row, x selects it. On a fresh page, where nothing has the focus, the first
 * of these keys takes the first row.
 */
import { type KeyboardEvent as ReactKeyboardEvent, type RefObject, useEffect, useRef } from "react";

interface TableKeysInput {
  table: RefObject<HTMLElement | null>;
  /** Brings a row into sight; it is drawn when this returns, or soon after. */
  reveal: (index: number) => void;
  /** Row that keys begin with when none has the focus. */
  first: () => number;
  count: number;
  onPreview: ((id: string) => void) | undefined;
  onSelect: ((id: string, range: boolean) => void) | undefined;
  /** A row got the focus by a key. */
  onMove: ((id: string) => void) | undefined;
}

const STOPS = "a, button, [data-hint]";

export function useTableKeys(input: TableKeysInput): (event: ReactKeyboardEvent<HTMLElement>) => void {
  const latest = useRef(input);
  useEffect(() => {
    latest.current = input;
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (!nothingHasFocus(event) || isModified(event) || stepOf(event.key) === 0) return;
      event.preventDefault();
      const { first } = latest.current;
      focusRow(latest.current, first(), 0);
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, []);
  return (event) => handleKey(event, latest.current);
}

function handleKey(event: ReactKeyboardEvent<HTMLElement>, input: TableKeysInput) {
  if (event.defaultPrevented || isModified(event) || !(event.target instanceof HTMLElement)) return;
  const row = event.target.closest<HTMLElement>("[data-row-id]");
  if (!row) return;
  const id = row.dataset.rowId ?? "";
  const index = Number(row.getAttribute("aria-rowindex")) - 2;
  const stops = stopsOf(row);
  const at = Math.max(0, stops.indexOf(event.target));
  const step = stepOf(event.key);
  if (step !== 0) focusRow(input, index + step, at);
  else if (event.key === "ArrowRight") stops[Math.min(at + 1, stops.length - 1)]?.focus();
  else if (event.key === "ArrowLeft") stops[Math.max(at - 1, 0)]?.focus();
  else if (event.key === "Enter" && event.target.matches("[data-hint]")) row.querySelector("a")?.click();
  else if (event.key === " " && input.onPreview && !isBox(event.target)) input.onPreview(id);
  else if (event.key.toLowerCase() === "x" && input.onSelect) input.onSelect(id, event.shiftKey);
  else return;
  event.preventDefault();
}

/** Moves the focus to the same place of another row: its link, or the value that had it in the row before. */
function focusRow(input: TableKeysInput, index: number, stop: number) {
  if (index < 0 || index >= input.count) return;
  input.reveal(index);
  // a row far away is drawn after the next frame
  const take = () => {
    const row = input.table.current?.querySelector<HTMLElement>(`[aria-rowindex="${index + 2}"]`);
    if (!row) return false;
    const stops = stopsOf(row);
    (stops[stop] ?? stops[0])?.focus({ preventScroll: true });
    input.onMove?.(row.dataset.rowId ?? "");
    return true;
  };
  if (!take()) requestAnimationFrame(take);
}

/** The row's link first, then its values from left to right. */
function stopsOf(row: HTMLElement): HTMLElement[] {
  const stops = [...row.querySelectorAll<HTMLElement>(STOPS)];
  const link = stops.find((stop) => stop instanceof HTMLAnchorElement);
  return link ? [link, ...stops.filter((stop) => stop !== link)] : stops;
}

function stepOf(key: string): -1 | 0 | 1 {
  if (key === "ArrowDown" || key === "j") return 1;
  if (key === "ArrowUp" || key === "k") return -1;
  return 0;
}

function isBox(target: HTMLElement): boolean {
  return target instanceof HTMLInputElement;
}

function isModified(event: { ctrlKey: boolean; metaKey: boolean; altKey: boolean }): boolean {
  return event.ctrlKey || event.metaKey || event.altKey;
}

/** Keys of a page on which nobody has chosen anything yet, and that is not covered by a dialog or a menu. */
function nothingHasFocus(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || document.querySelector("[role=dialog], [role=menu]")) return false;
  const { activeElement } = document;
  return activeElement === null || activeElement === document.body || activeElement.id === "main";
}
