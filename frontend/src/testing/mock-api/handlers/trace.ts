/** One trace and its spans; one trace id stands for a trace of 100,000 spans. */

import { http } from "msw";
import type { ResponseOf } from "@/lib/api/client";
import type { SpanDetail } from "@/telemetry/trace/span-query";
import type { TraceSummary } from "@/telemetry/traces/traces-query";
import { guarded, ok, problem } from "../answers.ts";
import { mockNow } from "../clock.ts";
import { makeLargeTrace, makeTrace, toRow } from "../corpus.ts";
import type { MockStore } from "../store.ts";

const TRACE_PAGE_SPANS = 10_000;
/** A trace id that holds 100,000 spans. */
const LARGE_TRACE_ID = "f00d".repeat(8);
const LARGE_SPANS = 100_000;

let large: ReturnType<typeof makeLargeTrace> | undefined;

export function traceHandlers(store: MockStore) {
  return [
    http.get("*/otel/trace/:traceId", ({ params, request }) =>
      guarded(store, () => trace(store, String(params.traceId), request)),
    ),
    http.get("*/otel/spans", ({ request }) => guarded(store, () => found(store, new URL(request.url)))),
    http.get("*/otel/spans/:traceId/:spanId", ({ params }) =>
      guarded(store, () => {
        const found = store.traces.find((candidate) => candidate.traceId === params.traceId);
        const span = found?.spans.find((candidate) => candidate.span_id === params.spanId);
        return span ? ok(span) : problem(404, "Unknown span");
      }),
    ),
  ];
}

function trace(store: MockStore, traceId: string, request: Request) {
  const found = store.traces.find((candidate) => candidate.traceId === traceId);
  if (traceId === LARGE_TRACE_ID) large ??= makeLargeTrace(LARGE_SPANS, mockNow() - 3_600_000);
  const whole = new URL(request.url).searchParams.get("include") === "payload";
  const row = (span: SpanDetail) => (whole ? { ...toRow(span), payload: span } : toRow(span));
  const spans = traceId === LARGE_TRACE_ID ? large : found?.spans.map(row);
  if (!spans) return problem(404, "Unknown trace");
  const summary = found?.summary ?? largeSummary();
  const query = new URL(request.url).searchParams;
  const after = Number(query.get("after") ?? 0);
  const end = after + Number(query.get("limit") ?? TRACE_PAGE_SPANS);
  return ok<ResponseOf<"/otel/trace/{trace_id}", "get">>({
    trace_id: traceId,
    root_missing: false,
    summary,
    spans: spans.slice(after, end),
    next_after: end < spans.length ? String(end) : null,
  });
}

/** Spans of one trace that hold a text, which is all that the page asks this list for. */
function found(store: MockStore, { searchParams }: URL) {
  const traceId = /^trace_id = "(\w+)"$/.exec(searchParams.get("filter") ?? "")?.[1];
  const text = (searchParams.get("q") ?? "").toLowerCase();
  const spans = store.traces.find((trace) => trace.traceId === traceId)?.spans ?? [];
  const holds = ({ name, attributes, events, status_message }: SpanDetail) =>
    JSON.stringify([name, attributes, events, status_message]).toLowerCase().includes(text);
  return ok({ items: spans.filter(holds).map(toRow), next_cursor: null, incomplete: null });
}

/** Sums of the large trace, as a server would give them. */
function largeSummary(): TraceSummary {
  const { summary } = makeTrace(1, mockNow() - 3_600_000);
  return {
    ...summary,
    trace_id: LARGE_TRACE_ID,
    root_name: "Crawl everything",
    span_count: LARGE_SPANS,
    error_count: large?.filter((span) => span.status === "error").length ?? 0,
    services: ["crawler", "crawler-io"],
  };
}
