/** Which ids of a live list are new since it was first shown, so that they can be marked on arrival. */
import { useState } from "react";

interface Seen {
  key: string;
  source: readonly string[];
  known: Set<string>;
  arrived: Set<string>;
}

const NONE: Set<string> = new Set();

/** `key` names the list (its filters); a different list starts with nothing new. */
export function useArrivals(key: string, ids: readonly string[]): Set<string> {
  const [seen, setSeen] = useState<Seen>(() => start(key, ids));
  if (seen.key !== key || (seen.known.size === 0 && ids.length > 0)) {
    const next = start(key, ids);
    setSeen(next);
    return next.arrived;
  }
  if (seen.source !== ids) {
    const next = advance(seen, ids);
    setSeen(next);
    return next.arrived;
  }
  return seen.arrived;
}

function start(key: string, ids: readonly string[]): Seen {
  return { key, source: ids, known: new Set(ids), arrived: NONE };
}

function advance(seen: Seen, ids: readonly string[]): Seen {
  const fresh = ids.filter((id) => !seen.known.has(id));
  if (fresh.length === 0) return { ...seen, source: ids };
  return {
    key: seen.key,
    source: ids,
    known: new Set([...seen.known, ...fresh]),
    arrived: new Set(fresh),
  };
}
