/** Check boxes that choose rows of a table: one for each row, and one for all that are loaded. */
import { useEffect, useRef } from "react";

export interface RowSelection<T> {
  ids: ReadonlySet<string>;
  /** What screen readers call the row. */
  nameOf: (row: T) => string;
  /** Adds the row or takes it away; `range` gives all rows between it and the last one the same state. */
  onToggle: (id: string, range: boolean) => void;
  /** All loaded rows, or none of them when all are chosen. */
  onToggleAll: () => void;
  /** Rows that are loaded. */
  count: number;
}

const BOX = "size-3.5 cursor-pointer accent-[var(--accent)]";
/** The box takes clicks beside it as well, and lies above the link that covers the row. */
const AREA = "-m-2 relative z-1 grid size-8 cursor-pointer place-items-center";

interface RowCheckProps<T> {
  selection: RowSelection<T>;
  id: string;
  row: T;
}

export function RowCheck<T>({ selection, id, row }: RowCheckProps<T>) {
  const range = useRef(false);
  return (
    <label
      className={AREA}
      onPointerDown={(event) => {
        range.current = event.shiftKey;
        // shift would select the text between the rows
        if (event.shiftKey) event.preventDefault();
      }}
    >
      <input
        type="checkbox"
        tabIndex={-1}
        aria-label={`Select ${selection.nameOf(row)}`}
        checked={selection.ids.has(id)}
        onChange={() => {
          selection.onToggle(id, range.current);
          range.current = false;
        }}
        className={BOX}
      />
    </label>
  );
}

export function HeadCheck<T>({ selection }: { selection: RowSelection<T> }) {
  const box = useRef<HTMLInputElement>(null);
  const all = selection.count > 0 && selection.ids.size >= selection.count;
  const some = selection.ids.size > 0 && !all;
  useEffect(() => {
    if (box.current) box.current.indeterminate = some;
  }, [some]);
  return (
    <label className={AREA}>
      <input
        ref={box}
        type="checkbox"
        aria-label="Select all loaded rows"
        checked={all}
        onChange={selection.onToggleAll}
        className={BOX}
      />
    </label>
  );
}
