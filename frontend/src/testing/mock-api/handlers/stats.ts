/** Numbers over time and by group. */

import { http } from "msw";
import type { ResponseOf } from "@/lib/api/client";
import { guarded, ok } from "../answers.ts";
import { mockNow } from "../clock.ts";
import { type Row, rowOfTrace, rowsOfSpans } from "../stat-rows.ts";
import type { MockStore } from "../store.ts";

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
  const to = Date.parse(query.get("to") ?? new Date(mockNow()).toISOString());
  const from = Date.parse(query.get("from") ?? new Date(to - DAY_MS).toISOString());
  const all = query.get("of") === "spans" ? rowsOfSpans(store.traces, query) : tracesOf(store, query);
  const rows = all.filter(({ startMs }) => startMs >= from && startMs < to);
  const width = Math.max(1, Math.ceil((to - from) / BUCKETS / 1_000)) * 1_000;
  const fields = (query.get("group_by") ?? "").split(",").filter(Boolean);
  const groups = grouped(rows, fields);
  return {
    of: query.get("of") === "spans" ? "spans" : "traces",
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    interval_seconds: query.get("interval") === "none" ? null : width / 1_000,
    group_by: fields,
    items:
      query.get("interval") === "none"
        ? []
        : groups.flatMap(([group, own]) =>
            buckets(own, width).map(([start, some]) => item(some, group, start)),
          ),
    totals: groups.map(([group, own]) => item(own, group, null)),
    more_groups: false,
    more_items: false,
    incomplete: null,
  };
}

function tracesOf(store: MockStore, query: URLSearchParams): Row[] {
  const service = query.get("service");
  return store.traces
    .filter(({ summary }) => service === null || summary.services.includes(service))
    .map(rowOfTrace);
}

type Group = Record<string, string | null>;

/** The largest first; without fields one group of all. */
function grouped(rows: Row[], fields: string[]): [Group, Row[]][] {
  if (fields.length === 0) return [[{}, rows]];
  const byKey = new Map<string, [Group, Row[]]>();
  for (const row of rows) {
    const group = Object.fromEntries(fields.map((field) => [field, row.fields[field] ?? null]));
    const key = JSON.stringify(group);
    const known = byKey.get(key) ?? [group, []];
    known[1].push(row);
    byKey.set(key, known);
  }
  return [...byKey.values()].sort(([, a], [, b]) => b.length - a.length);
}

function buckets(rows: Row[], width: number): [number, Row[]][] {
  const byStart = new Map<number, Row[]>();
  for (const row of rows) {
    const start = Math.floor(row.startMs / width) * width;
    byStart.set(start, [...(byStart.get(start) ?? []), row]);
  }
  return [...byStart].sort(([a], [b]) => a - b);
}

function item(rows: Row[], group: Group, start: number | null): StatsItem {
  const durations = rows.map((row) => row.durationMs).sort((a, b) => a - b);
  const at = (share: number) => durations[Math.floor(share * (durations.length - 1))] ?? null;
  const total = durations.reduce((sum, duration) => sum + duration, 0);
  const failed = rows.filter((row) => row.failed).length;
  const sum = (value: (row: Row) => number | null) =>
    rows.reduce<number | null>((total, row) => {
      const own = value(row);
      return own === null ? total : (total ?? 0) + own;
    }, null);
  return {
    start_time: start === null ? null : new Date(start).toISOString(),
    start_time_unix_nano: start === null ? null : `${start}000000`,
    group,
    count: rows.length,
    error_count: failed,
    error_rate: rows.length > 0 ? failed / rows.length : 0,
    duration_ms: {
      mean: durations.length > 0 ? total / durations.length : null,
      p50: at(0.5),
      p90: at(0.9),
      p95: at(0.95),
      p99: at(0.99),
    },
    llm_call_count: sum((row) => row.modelCalls) ?? 0,
    input_tokens: sum((row) => row.inputTokens),
    output_tokens: sum((row) => row.outputTokens),
    cost_usd: sum((row) => row.costUsd),
    unpriced_calls: sum((row) => row.unpricedCalls) ?? 0,
    cached_input_tokens: null,
    ratio: null,
    measure: null,
  };
}
