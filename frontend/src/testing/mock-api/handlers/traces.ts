/** The list of traces, and the services that sent them. */
import { http } from "msw";
import type { ResponseOf } from "@/lib/api/client";
import { guarded, ok, paged } from "../answers.ts";
import type { MockStore } from "../store.ts";
import { inWindow } from "../window.ts";

type Service = ResponseOf<"/otel/services", "get">["items"][number];

export function tracesHandlers(store: MockStore) {
  return [
    http.get("*/otel/services", ({ request }) =>
      guarded(store, () => ok({ items: services(store, request) })),
    ),
    http.get("*/otel/traces", ({ request }) => guarded(store, () => ok(traces(store, request)))),
  ];
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
    .filter(({ spans, summary }) => {
      const has = (name: string, test: (value: string) => boolean) =>
        !query.has(name) || test(query.get(name) ?? "");
      return (
        has("service", (value) => spans.some((span) => span.service === value)) &&
        has("name", (value) => summary.root_name === value) &&
        has("status", (value) => spans.some((span) => span.status === value)) &&
        has("role", (value) => spans.some((span) => span.derived.role === value)) &&
        has("q", (value) => spans.some((span) => span.name.toLowerCase().includes(value.toLowerCase())))
      );
    })
    .map(({ summary }) => summary);
  return { ...paged(wanted, query), incomplete: null };
}
