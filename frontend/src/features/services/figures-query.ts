/** What services did in a time window: requests that they answered, and what their model calls cost. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { isMoving, type TimeRangeSearch } from "@/lib/time-range";
import { fillBuckets } from "@/telemetry/stats/buckets";
import { readStats, type Stats } from "@/telemetry/stats/stats-query";

/** Figures need not follow as closely as lists do. */
const POLL_MS = 10_000;
/** The server's most. */
const GROUPS_MAX = 100;

/** A request is a span at which work came into a service: from outside (server, consumer), or where a trace began. */
const REQUESTS = "kind in (server, consumer) or is_root = true";

export interface ServiceFigures {
  requests: number;
  failed: number;
  /** Milliseconds. */
  p50: number | null;
  p95: number | null;
  /** Requests in each interval of the window. */
  overTime: number[];
  modelCalls: number;
  costUsd: number | null;
  unpricedCalls: number;
}

export interface Figures {
  byService: ReadonlyMap<string, ServiceFigures>;
  /** Seconds of the window. */
  seconds: number;
}

/** `earliest` bounds "all time". */
export function figuresQuery(window: TimeRangeSearch, earliest: string | undefined) {
  return queryOptions({
    queryKey: ["otel", "services", "figures", window, earliest],
    queryFn: async ({ signal }) => {
      const grouped = { of: "spans", group_by: "service", groups: GROUPS_MAX } as const;
      const [requests, usage] = await Promise.all([
        readStats(window, { ...grouped, interval: "auto", filter: REQUESTS }, earliest, signal),
        readStats(window, { ...grouped, interval: "none" }, earliest, signal),
      ]);
      return figuresOf(requests, usage);
    },
    placeholderData: keepPreviousData,
    refetchInterval: () => (isMoving(window, Date.now()) ? POLL_MS : false),
  });
}

/** Pure. */
export function figuresOf(requests: Stats, usage: Stats): Figures {
  const figures = new Map<string, ServiceFigures>();
  const of = (service: string) => {
    const known = figures.get(service) ?? { ...NOTHING, overTime: [] };
    figures.set(service, known);
    return known;
  };
  for (const total of requests.totals) {
    const { p50, p95 } = total.duration_ms;
    const { count: asked, error_count: failed } = total;
    Object.assign(of(total.group.service ?? ""), { requests: asked, failed, p50, p95 });
  }
  for (const [service, own] of figures) {
    const items = requests.items.filter((item) => item.group.service === service);
    own.overTime = fillBuckets({ ...requests, items }).items.map((item) => item?.count ?? 0);
  }
  for (const total of usage.totals) {
    const { llm_call_count: modelCalls, cost_usd: costUsd, unpriced_calls: unpricedCalls } = total;
    Object.assign(of(total.group.service ?? ""), { modelCalls, costUsd, unpricedCalls });
  }
  const seconds = Math.max(1, (Date.parse(requests.to) - Date.parse(requests.from)) / 1_000);
  return { byService: figures, seconds };
}

const NOTHING: ServiceFigures = {
  requests: 0,
  failed: 0,
  p50: null,
  p95: null,
  overTime: [],
  modelCalls: 0,
  costUsd: null,
  unpricedCalls: 0,
};
