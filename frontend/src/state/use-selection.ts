/** Which rows of a list are chosen. Rows that the list no longer has are no longer chosen. */
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from "react";

export interface Selection {
  ids: ReadonlySet<string>;
  /** Adds or takes away one row; with `range` all between it and the last one get the state that it gets. */
  toggle: (id: string, range: boolean) => void;
  /** All rows, or none when all are chosen. */
  toggleAll: () => void;
  clear: () => void;
}

const NONE: ReadonlySet<string> = new Set();

/** `listed` are the ids of all rows, in their order. */
export function useSelection(listed: readonly string[]): Selection {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(NONE);
  const last = useRef<string>(undefined);
  const latest = useRef(listed);
  useLayoutEffect(() => {
    latest.current = listed;
  });
  const ids = useMemo(() => stillListed(chosen, listed), [chosen, listed]);

  const toggle = useCallback((id: string, range: boolean) => {
    const from = range ? last.current : undefined;
    last.current = id;
    setChosen((before) => toggled(before, latest.current, id, from));
  }, []);
  const toggleAll = useCallback(
    () =>
      setChosen((before) => (latest.current.every((id) => before.has(id)) ? NONE : new Set(latest.current))),
    [],
  );
  const clear = useCallback(() => setChosen(NONE), []);
  return { ids, toggle, toggleAll, clear };
}

/** Pure. `from` is the other end of a range, if there is one. */
export function toggled(
  before: ReadonlySet<string>,
  listed: readonly string[],
  id: string,
  from: string | undefined,
): ReadonlySet<string> {
  const on = !before.has(id);
  const after = new Set(before);
  for (const each of between(listed, from ?? id, id)) {
    if (on) after.add(each);
    else after.delete(each);
  }
  return after;
}

function between(listed: readonly string[], a: string, b: string): readonly string[] {
  const [from, to] = [listed.indexOf(a), listed.indexOf(b)];
  if (from < 0 || to < 0) return [b];
  return listed.slice(Math.min(from, to), Math.max(from, to) + 1);
}

function stillListed(chosen: ReadonlySet<string>, listed: readonly string[]): ReadonlySet<string> {
  if (chosen.size === 0) return NONE;
  return new Set(listed.filter((id) => chosen.has(id)));
}
