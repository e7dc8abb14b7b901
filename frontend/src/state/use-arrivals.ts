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
  const all = ids.filter((id) => !seen.known.has(id));
  if (all.length === 0) return { ...seen, source: ids };
  // what stands behind every known row was there before, and is read by scrolling
  const lastKnown = ids.findLastIndex((id) => seen.known.has(id));
  const fresh = ids.slice(0, lastKnown + 1).filter((id) => !seen.known.has(id));
  return {
    key: seen.key,
    source: ids,
    known: new Set([...seen.known, ...all]),
    arrived: fresh.length > 0 ? new Set(fresh) : seen.arrived,
  };
}
