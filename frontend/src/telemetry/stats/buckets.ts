/** Buckets as a chart needs them: one for every interval, also where nothing happened. Pure. */
import type { Stats, StatsItem } from "./stats-query";

export interface Buckets {
  /** Starts in milliseconds since 1970. */
  times: number[];
  items: (StatsItem | undefined)[];
}

export const NO_BUCKETS: Buckets = { times: [], items: [] };

/** Bars that a chart can show; the server keeps below it. */
const BUCKETS_MAX = 4_000;

export function fillBuckets(stats: Pick<Stats, "from" | "to" | "interval_seconds" | "items">): Buckets {
  const step = (stats.interval_seconds ?? 0) * 1_000;
  const from = Date.parse(stats.from);
  const to = Date.parse(stats.to);
  if (!(step > 0) || !(to > from) || (to - from) / step > BUCKETS_MAX) {
    return {
      times: stats.items.map((item) => Date.parse(item.start_time ?? stats.from)),
      items: stats.items,
    };
  }
  const byStart = new Map(stats.items.map((item) => [Date.parse(item.start_time ?? ""), item]));
  // Buckets start at multiples of the interval; the first item says where, else the range does.
  const anchor = byStart.keys().next().value ?? Math.floor(from / step) * step;
  const first = anchor - Math.ceil((anchor - from) / step) * step;
  const times: number[] = [];
  for (let time = first; time < to; time += step) times.push(time);
  return { times, items: times.map((time) => byStart.get(time)) };
}
