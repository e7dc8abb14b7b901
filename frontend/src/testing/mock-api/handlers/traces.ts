/** The list of traces, and the services that sent them. */
import { http } from "msw";
import type { ResponseOf } from "@/lib/api/client";
import type { TracesSearch } from "@/telemetry/traces/traces-search";
import { compareTraces } from "../../../telemetry/traces/order.ts";
import { badFilter, guarded, ok, paged } from "../answers.ts";
import type { MockTrace } from "../corpus.ts";
import type { MockStore } from "../store.ts";
import { inWindow } from "../window.ts";

type Service = ResponseOf<"/otel/services", "get">["items"][number];

export function tracesHandlers(store: MockStore) {
  return [
    http.get("*/otel/services", ({ request }) =>
      guarded(store, () => ok({ items: services(store, request) })),
    ),
    http.get("*/otel/traces", ({ request }) =>
      guarded(store, () => badField(request) ?? ok(traces(store, request))),
    ),
  ];
}

/** The one field that people try and that there is not. */
function badField(request: Request): Response | undefined {
  const filter = new URL(request.url).searchParams.get("filter") ?? "";
  const at = filter.search(/\bduration\b/);
  return at < 0 ? undefined : badFilter("There is no field duration.", at, "duration".length, "duration_ms");
}

function services(store: MockStore, request: Request): Service[] {
  const byName = new Map<string, Service>();
  for (const { spans } of inWindow(store, request)) {
    for (const name of new Set(spans.map((span) => span.service))) {
      const own = spans.filter((span) => span.service === name);
      const seen = own[0]?.start_time ?? "";
      const before = byName.get(name);
      byName.set(name, {
        name,
        span_count: (before?.span_count ?? 0) + own.length,
        trace_count: (before?.trace_count ?? 0) + 1,
        error_count: (before?.error_count ?? 0) + own.filter((span) => span.status === "error").length,
        first_seen: seen,
        last_seen: before?.last_seen ?? seen,
      });
    }
  }
  return [...byName.values()].sort((a, b) => a.name.localeCompare(b.name));
}

function traces(store: MockStore, request: Request): ResponseOf<"/otel/traces", "get"> {
  const query = new URL(request.url).searchParams;
  const wanted = inWindow(store, request)
    .filter(({ spans }) => {
      const has = (name: string, test: (value: string) => boolean) =>
        !query.has(name) || test(query.get(name) ?? "");
      return (
        has("service", (value) => spans.some((span) => span.service === value)) &&
        has("status", (value) => spans.some((span) => span.status === value)) &&
        has("role", (value) => spans.some((span) => span.derived.role === value)) &&
        has("user_id", (value) => spans.some((span) => span.derived.user_id === value)) &&
        has("session_id", (value) => spans.some((span) => span.derived.session_id === value)) &&
        has("q", (value) => spans.some((span) => span.name.toLowerCase().includes(value.toLowerCase())))
      );
    })
    .map(({ summary, spans }) => ({ ...summary, columns: columnsOf(spans, query.get("columns")) }))
    .toSorted((a, b) => compareTraces(a, b, orderOf(query)));
  return { ...paged(wanted, query), incomplete: null };
}

function orderOf(query: URLSearchParams): Pick<TracesSearch, "order" | "direction"> {
  const direction = query.get("direction") === "asc" ? "asc" : undefined;
  return { order: (query.get("order") ?? undefined) as TracesSearch["order"], direction };
}

/** Attributes of the root that were asked for. */
function columnsOf(spans: MockTrace["spans"], wanted: string | null): Record<string, string | null> | null {
  if (wanted === null) return null;
  const attributes = spans[0]?.attributes ?? {};
  return Object.fromEntries(
    wanted.split(",").map((id) => {
      const value = attributes[id.replace(/^attributes\./, "")];
      return [id, value === undefined ? null : String(value)];
    }),
  );
}
