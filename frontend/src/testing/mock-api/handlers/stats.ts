/** Numbers over time and by group. */
import { http } from "msw";
import type { ResponseOf } from "@/lib/api/client";
import { guarded, ok } from "../answers.ts";
import type { MockTrace } from "../corpus.ts";
import type { MockStore } from "../store.ts";
import { usage } from "../usage.ts";

type Stats = ResponseOf<"/otel/stats", "get">;
type StatsItem = Stats["items"][number];

export function statsHandlers(store: MockStore) {
  return [
    http.get("*/otel/stats", ({ request }) =>
      guarded(store, () => ok<Stats>(stats(store, new URL(request.url).searchParams))),
    ),
  ];
}

const BUCKETS = 48;
const DAY_MS = 86_400_000;

function stats(store: MockStore, query: URLSearchParams): Stats {
  const to = Date.parse(query.get("to") ?? new Date().toISOString());
  const from = Date.parse(query.get("from") ?? new Date(to - DAY_MS).toISOString());
  const traces = store.traces.filter(({ summary }) => {
    const start = Date.parse(summary.start_time);
    const service = query.get("service");
    const user = query.get("user_id");
    return (
      start >= from &&
      start < to &&
      (service === null || summary.services.includes(service)) &&
      (user === null || summary.user_id === user)
    );
  });
  const width = Math.max(1, Math.ceil((to - from) / BUCKETS / 1_000)) * 1_000;
  const buckets = new Map<number, MockTrace[]>();
  for (const trace of traces) {
    const start = Math.floor(Date.parse(trace.summary.start_time) / width) * width;
    buckets.set(start, [...(buckets.get(start) ?? []), trace]);
  }
  const grouped = query.get("group_by");
  return {
    of: query.get("of") === "spans" ? "spans" : "traces",
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    interval_seconds: query.get("interval") === "none" ? null : width / 1_000,
    group_by: grouped === null ? [] : [grouped],
    items:
      query.get("interval") === "none"
        ? []
        : [...buckets].sort(([a], [b]) => a - b).map(([start, own]) => item(own, {}, start)),
    totals: grouped === null ? [item(traces, {}, null)] : groups(traces, grouped),
    more_groups: false,
    more_items: false,
    incomplete: null,
  };
}

function groups(traces: MockTrace[], field: string): StatsItem[] {
  const byValue = new Map<string, MockTrace[]>();
  for (const trace of traces) {
    const values = field === "model" ? trace.summary.models : [trace.summary.service];
    for (const value of values) byValue.set(value, [...(byValue.get(value) ?? []), trace]);
  }
  return [...byValue]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([value, own]) => item(own, { [field]: value }, null));
}

function item(traces: MockTrace[], group: Record<string, string>, start: number | null): StatsItem {
  const durations = traces.map(({ summary }) => Number(summary.duration_ns) / 1e6).sort((a, b) => a - b);
  const at = (share: number) => durations[Math.floor(share * (durations.length - 1))] ?? null;
  const failed = traces.filter(({ summary }) => summary.error_count > 0).length;
  return {
    start_time: start === null ? null : new Date(start).toISOString(),
    start_time_unix_nano: start === null ? null : `${start}000000`,
    group,
    count: traces.length,
    error_count: failed,
    error_rate: traces.length > 0 ? failed / traces.length : 0,
    duration_ms: { mean: at(0.5), p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99) },
    ...usage(traces),
    cached_input_tokens: null,
    ratio: null,
    measure: null,
  };
}
