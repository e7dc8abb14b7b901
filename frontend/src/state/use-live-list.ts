/** What every live list of the page needs to know of its pages: rows, what is new among them, and whether it still moves. */
import type { InfiniteData } from "@tanstack/react-query";
import { useMemo, useRef } from "react";
import { isMoving, type TimeRangeSearch } from "@/lib/time-range";
import { settleAhead } from "./settle-ahead";
import { useArrivals } from "./use-arrivals";

/** `paused` by loading older rows, `stopped` by choice. */
export type LiveState = "live" | "paused" | "stopped" | "fixed" | "failing";

interface LiveListInput<Row> {
  list: { data: InfiniteData<{ items: Row[] }> | undefined; error: Error | null };
  /** Tells the rows apart. Must be the same function on every render. */
  idOf: (row: Row) => string;
  /** When a row began (ISO 8601), of a list with the newest first: rows of a clock that is ahead do not stay on top. */
  startOf?: ((row: Row) => string) | undefined;
  /** What is listed. A change of it starts a new list, in which nothing is new. */
  search: TimeRangeSearch & { paused?: boolean | undefined };
  /** A row may move from one page to the next while somebody walks to older ones; it is then shown once. */
  moving?: boolean;
  /** New rows are added while older pages are loaded, too. */
  grows?: boolean;
}

export interface LiveList<Row> {
  rows: Row[];
  ids: string[];
  /** Ids of rows that came since the list was first shown; none while older pages are loaded. */
  arrived: Set<string>;
  /** Older pages are loaded, so that new rows are not added. */
  walking: boolean;
  state: LiveState;
}

const NONE: Set<string> = new Set();

export function useLiveList<Row>(input: LiveListInput<Row>): LiveList<Row> {
  const { list, idOf, startOf, search, moving, grows = false } = input;
  const seen = useRef(new Map<string, number>());
  const { rows, ids } = useMemo(() => {
    const sent = list.data?.pages.flatMap((page) => page.items) ?? [];
    const all = startOf
      ? settleAhead({ rows: sent, idOf, startOf, seen: seen.current, nowMs: Date.now() })
      : sent;
    const allIds = all.map(idOf);
    return moving ? firstPlaces(all, allIds) : { rows: all, ids: allIds };
  }, [list.data, idOf, startOf, moving]);
  const arrived = useArrivals(JSON.stringify(search), ids);
  const walking = (list.data?.pages.length ?? 0) > 1;
  const state = stateOf(list.error, walking && !grows, search);
  return { rows, ids, arrived: walking && !grows ? NONE : arrived, walking, state };
}

function stateOf(error: Error | null, walking: boolean, search: LiveListInput<never>["search"]): LiveState {
  if (error) return "failing";
  if (walking) return "paused";
  if (search.paused) return "stopped";
  return isMoving(search, Date.now()) ? "live" : "fixed";
}

/** Each row once, in its first place. */
function firstPlaces<Row>(all: readonly Row[], allIds: readonly string[]) {
  const first = new Map<string, Row>();
  all.forEach((row, index) => {
    const id = allIds[index] ?? "";
    if (!first.has(id)) first.set(id, row);
  });
  return { rows: [...first.values()], ids: [...first.keys()] };
}
