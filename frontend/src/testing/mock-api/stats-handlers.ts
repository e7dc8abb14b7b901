/** Numbers, sessions and users of the mock's traces. */
import { http } from "msw";
import type { Session, SessionDetail, TelemetryUser } from "@/features/sessions/sessions-query";
import type { ResponseOf } from "@/lib/api/client";
import type { Stats, StatsItem } from "@/telemetry/stats/stats-query";
import { guarded, ok, paged, problem } from "./answers.ts";
import type { MockTrace } from "./corpus.ts";
import type { MockStore } from "./store.ts";

export function statsHandlers(store: MockStore) {
  return [
    http.get("*/otel/stats", ({ request }) =>
      guarded(store, () => ok<Stats>(stats(store, new URL(request.url).searchParams))),
    ),
    http.get("*/otel/sessions", ({ request }) =>
      guarded(store, () =>
        ok<ResponseOf<"/otel/sessions", "get">>(paged(sessions(store), new URL(request.url).searchParams)),
      ),
    ),
    http.get("*/otel/sessions/:sessionId", ({ params }) =>
      guarded(store, () => {
        const found = session(store, String(params.sessionId));
        return found ? ok<SessionDetail>(found) : problem(404, "Unknown session");
      }),
    ),
    http.get("*/otel/users", ({ request }) =>
      guarded(store, () =>
        ok<ResponseOf<"/otel/users", "get">>(paged(users(store), new URL(request.url).searchParams)),
      ),
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
    return start >= from && start < to && (service === null || summary.services.includes(service));
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

function usage(traces: MockTrace[]) {
  const sum = (value: (trace: MockTrace) => number | null) =>
    traces.reduce<number | null>((all, trace) => {
      const own = value(trace);
      return own === null ? all : (all ?? 0) + own;
    }, null);
  return {
    llm_call_count: sum(({ summary }) => summary.llm_call_count) ?? 0,
    input_tokens: sum(({ summary }) => summary.input_tokens),
    output_tokens: sum(({ summary }) => summary.output_tokens),
    cost_usd: sum(({ summary }) => summary.cost_usd),
    unpriced_calls: sum(({ summary }) => summary.unpriced_calls) ?? 0,
  };
}

function numbers(traces: MockTrace[]) {
  const starts = traces.map(({ summary }) => summary.start_time).sort();
  return {
    first_start_time: starts[0] ?? "",
    last_start_time: starts.at(-1) ?? "",
    end_time: starts.at(-1) ?? "",
    trace_count: traces.length,
    span_count: traces.reduce((sum, { spans }) => sum + spans.length, 0),
    error_count: traces.reduce((sum, { summary }) => sum + summary.error_count, 0),
    services: [...new Set(traces.flatMap(({ summary }) => summary.services))].sort(),
    ...usage(traces),
  };
}

function byName(store: MockStore, name: "session_id" | "user_id"): Map<string, MockTrace[]> {
  const found = new Map<string, MockTrace[]>();
  for (const trace of store.traces) {
    const id = trace.summary[name];
    if (id !== null) found.set(id, [...(found.get(id) ?? []), trace]);
  }
  return found;
}

function sessions(store: MockStore): Session[] {
  return [...byName(store, "session_id")].map(([id, traces]) => ({
    session_id: id,
    first_root_name: traces.at(-1)?.summary.root_name ?? "",
    users: [...new Set(traces.flatMap(({ summary }) => summary.user_id ?? []))],
    ...numbers(traces),
  }));
}

function users(store: MockStore): TelemetryUser[] {
  return [...byName(store, "user_id")].map(([id, traces]) => ({
    user_id: id,
    session_count: new Set(traces.map(({ summary }) => summary.session_id)).size,
    ...numbers(traces),
  }));
}

const TURNS = 20;

function session(store: MockStore, id: string): SessionDetail | undefined {
  const found = sessions(store).find((candidate) => candidate.session_id === id);
  if (!found) return undefined;
  const traces = (byName(store, "session_id").get(id) ?? []).slice(0, TURNS).reverse();
  return {
    ...found,
    next_cursor: null,
    traces: traces.map(({ summary, spans }) => ({
      ...summary,
      first_user_text: words(spans, "user"),
      last_answer_text: words(spans.toReversed(), "assistant"),
    })),
  };
}

function words(spans: MockTrace["spans"], role: string): string | null {
  for (const { derived } of spans) {
    const messages = role === "user" ? derived.input_messages : derived.output_messages;
    const message = messages.findLast((candidate) => role !== "user" || candidate.role === role);
    const part = message?.parts.find((candidate) => candidate.type === "text");
    if (part?.type === "text") return part.content;
  }
  return null;
}
