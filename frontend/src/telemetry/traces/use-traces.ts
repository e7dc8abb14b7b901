/** A list of traces that stays fresh: its rows, page by page, while new ones come on top. */
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { isInvalidInput } from "@/lib/api/problem";
import { isMoving } from "@/lib/time-range";
import { LIVE_MS } from "@/state/query-client";
import { useKept } from "@/state/use-kept";
import { useLiveList } from "@/state/use-live-list";
import { type TracesListed, tracesQuery } from "./list-query";
import { newestQuery } from "./newest-query";
import type { TraceSummary } from "./traces-query";
import { useTraceTail } from "./use-trace-tail";

/** While the tail is live, polling only repairs what it may have missed. */
const TAIL_POLL_MS = 30_000;

export const traceIdOf = (trace: TraceSummary) => trace.trace_id;

export function useTraces(listed: TracesListed) {
  const client = useQueryClient();
  const { search } = listed;
  const live = isMoving(search, Date.now()) && !search.paused;
  const pollMs = useTraceTail(listed, live) === "live" ? TAIL_POLL_MS : LIVE_MS;
  const traces = useInfiniteQuery(tracesQuery(listed, pollMs));
  const walking = (traces.data?.pages.length ?? 0) > 1;
  useQuery({ ...newestQuery(client, listed, pollMs), enabled: live && walking });
  // a filter that cannot be read leaves what was found before
  const shownData = useKept(traces.data);
  const { cols: _cols, view: _view, ...shown } = search;
  const list = useLiveList({
    list: { data: isInvalidInput(traces.error) ? shownData : traces.data, error: traces.error },
    idOf: traceIdOf,
    search: shown,
    moving: true,
    grows: true,
  });
  return { traces, ...list };
}
