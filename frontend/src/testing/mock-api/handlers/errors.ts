/** Failures of the mock by kind: spans that failed, by service, name and type. */
import { http } from "msw";
import type { ResponseOf } from "@/lib/api/client";
import type { SpanDetail } from "@/telemetry/trace/span-query";
import { guarded, ok, paged, problem } from "../answers.ts";
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
        const groups = grouped(failed)
          .map((group) => ({ ...group, state: errorStates.get(group.fingerprint) ?? group.state }))
          .filter((group) => (query.get("state") ?? group.state) === group.state);
        return ok<ResponseOf<"/otel/errors", "get">>(paged(groups, query));
      }),
    ),
    http.patch("*/otel/errors/:fingerprint", async ({ params, request }) => {
      if (!store.signedIn) return problem(401, "Not signed in");
      const { state } = (await request.json()) as { state: Group["state"] };
      errorStates.set(String(params.fingerprint), state);
      const all = grouped(
        store.traces.flatMap(({ spans }) => spans).filter((span) => span.status === "error"),
      );
      const found = all.find((group) => group.fingerprint === params.fingerprint);
      return found ? ok({ ...found, state }) : problem(404, "Unknown error");
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
    message: first.derived.error_message ?? "",
    service: first.service,
    place: first.name,
    count: spans.length,
    trace_count: new Set(spans.map((span) => span.trace_id)).size,
    first_seen: first.start_time,
    last_seen: last.start_time,
    first_version: null,
    state: "open",
    returned: false,
    trend,
    example: { trace_id: last.trace_id, span_id: last.span_id },
  };
}
