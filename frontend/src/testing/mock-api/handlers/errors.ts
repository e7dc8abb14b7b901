/** Failures of the mock by kind: spans that failed, by service, name and type. */
import { http } from "msw";
import type { ResponseOf } from "@/lib/api/client";
import type { SpanDetail } from "@/telemetry/trace/span-query";
import { guarded, nothing, ok, problem } from "../answers.ts";
import { mockNow } from "../clock.ts";
import { hash } from "../corpus.ts";
import type { MockStore } from "../store.ts";
import { inWindow } from "../window.ts";

type Group = ResponseOf<"/otel/errors", "get">["items"][number];

const PARTS = 24;

export function errorHandlers(store: MockStore) {
  /** What was decided, by fingerprint, and when. */
  const { errorStates } = store;
  return [
    http.get("*/otel/errors", ({ request }) =>
      guarded(store, () => {
        const query = new URL(request.url).searchParams;
        const failed = inWindow(store, request)
          .flatMap(({ spans }) => spans)
          .filter(
            (span) => span.status === "error" && (query.get("service") ?? span.service) === span.service,
          );
        const items = grouped(failed).map((group) => ({
          ...group,
          state: errorStates.get(group.fingerprint) ?? group.state,
        }));
        const now = new Date(mockNow()).toISOString();
        const from = query.get("from") ?? now;
        return ok<ResponseOf<"/otel/errors", "get">>({
          items,
          has_more: false,
          from,
          to: query.get("to") ?? now,
        });
      }),
    ),
    http.patch("*/otel/errors/:fingerprint", async ({ params, request }) => {
      if (!store.signedIn) return problem(401, "Not signed in");
      const { state } = (await request.json()) as { state: "open" | "muted" | "resolved" };
      const all = grouped(
        store.traces.flatMap(({ spans }) => spans).filter((span) => span.status === "error"),
      );
      if (!all.some((group) => group.fingerprint === params.fingerprint))
        return problem(404, "Unknown error");
      errorStates.set(String(params.fingerprint), state);
      return nothing();
    }),
  ];
}

/** The most frequent first. */
function grouped(spans: SpanDetail[]): Group[] {
  const byKind = new Map<string, SpanDetail[]>();
  for (const span of spans) {
    const kind = JSON.stringify([span.service, span.name, span.derived.error_type]);
    byKind.set(kind, [...(byKind.get(kind) ?? []), span]);
  }
  return [...byKind].map(([kind, own]) => groupOf(kind, own)).sort((a, b) => b.count - a.count);
}

function groupOf(kind: string, spans: SpanDetail[]): Group {
  const inOrder = spans.toSorted((a, b) => a.start_time.localeCompare(b.start_time));
  const first = inOrder[0] as SpanDetail;
  const last = inOrder.at(-1) as SpanDetail;
  const begin = Date.parse(first.start_time);
  const length = Math.max(1, Date.parse(last.start_time) - begin + 1);
  const trend = Array.from({ length: PARTS }, () => 0);
  for (const span of spans) {
    const part = Math.floor(((Date.parse(span.start_time) - begin) / length) * PARTS);
    trend[part] = (trend[part] ?? 0) + 1;
  }
  const seed = [...kind].reduce((sum, letter) => hash(sum + letter.charCodeAt(0)), 7);
  return {
    fingerprint: seed.toString(16).padStart(16, "0"),
    error_type: first.derived.error_type,
    message:
      first.derived.error_message ?? first.derived.exceptions[0]?.message ?? first.status_message ?? "",
    service: first.service,
    span_name: first.name,
    count: spans.length,
    trace_count: new Set(spans.map((span) => span.trace_id)).size,
    first_seen: first.start_time,
    last_seen: last.start_time,
    first_version: null,
    state: "open",
    trend,
    example_trace_id: last.trace_id,
    example_span_id: last.span_id,
  };
}
