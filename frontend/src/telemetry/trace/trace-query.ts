/** Reads a trace page by page (a short first one, then 10,000 spans each) and shows what is there while the rest comes. */
import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, deadline, type ResponseOf, unwrap } from "@/lib/api/client";

type TracePage = ResponseOf<"/otel/trace/{trace_id}", "get">;
export type TraceSpan = TracePage["spans"][number];

export interface TraceData {
  traceId: string;
  rootMissing: boolean;
  /** The sums over the whole trace, as lists show them. */
  summary: TracePage["summary"];
  spans: TraceSpan[];
  /** False while more pages are on their way. */
  complete: boolean;
}

/** Enough for the first screens; the first paint waits for no more. */
const FIRST_PAGE_SPANS = 2_000;

const POLL_MS = 2_000;
const POLL_LARGE_MS = 15_000;
const LARGE_SPANS = 10_000;
/** Spans of a trace still arrive this long after its last known one ended; then polling stops. */
const SETTLED_AFTER_MS = 60_000;
/** A trace without its root is usually still running. */
const ROOT_MISSING_SETTLED_AFTER_MS = 10 * 60_000;

export function traceQuery(traceId: string) {
  const queryKey = ["otel", "trace", traceId] as const;
  return queryOptions({
    queryKey,
    queryFn: ({ client, signal }) => readTrace(client, queryKey, traceId, signal),
    // A poll that brings nothing new must not rebuild the rows.
    structuralSharing: (before, after) =>
      isSameTrace(before as TraceData | undefined, after as TraceData) ? before : after,
    refetchInterval: (query) => pollInterval(query.state.data, Date.now()),
  });
}

async function readTrace(
  client: QueryClient,
  queryKey: readonly string[],
  traceId: string,
  signal: AbortSignal,
): Promise<TraceData> {
  const spans: TraceSpan[] = [];
  let after: string | undefined;
  let shown = 0;
  for (;;) {
    const page: TracePage = await unwrap(
      api.GET("/otel/trace/{trace_id}", {
        params: {
          path: { trace_id: traceId },
          query: after === undefined ? { limit: FIRST_PAGE_SPANS } : { after },
        },
        signal: deadline(signal),
      }),
    );
    for (const span of page.spans) spans.push(span);
    const { summary, root_missing: rootMissing } = page;
    const data = { traceId, rootMissing, summary, spans, complete: page.next_after === null };
    if (page.next_after === null) return data;
    // Each part is built from the start, so the parts double: the work stays in proportion to the trace.
    if (spans.length >= shown * 2) {
      shown = spans.length;
      publishPart(client, queryKey, { ...data, spans: spans.slice() });
    }
    after = page.next_after;
  }
}

/** On the first load each page is shown as it comes; a refetch never shrinks what is shown. */
function publishPart(client: QueryClient, queryKey: readonly string[], part: TraceData): void {
  const shown = client.getQueryData<TraceData>(queryKey);
  if (!shown || shown.spans.length < part.spans.length) client.setQueryData(queryKey, part);
}

export function isSameTrace(before: TraceData | undefined, after: TraceData): boolean {
  if (!before || before.complete !== after.complete || before.rootMissing !== after.rootMissing) return false;
  if (before.spans.length !== after.spans.length) return false;
  if (before.summary.cost_usd !== after.summary.cost_usd) return false;
  return before.spans.every((span, index) => {
    const other = after.spans[index];
    return (
      other !== undefined &&
      span.span_id === other.span_id &&
      span.parent_span_id === other.parent_span_id &&
      span.duration_ns === other.duration_ns &&
      span.status === other.status &&
      span.role === other.role &&
      span.input_tokens === other.input_tokens &&
      span.event_count === other.event_count
    );
  });
}

/** Milliseconds until the next look, or false once nothing more is expected. */
export function pollInterval(data: TraceData | undefined, nowMs: number): number | false {
  if (!data) return false;
  let lastEndMs = 0;
  for (const span of data.spans) {
    const end = (Number(span.start_time_unix_nano) + Number(span.duration_ns)) / 1e6;
    if (end > lastEndMs) lastEndMs = end;
  }
  const limit = data.rootMissing ? ROOT_MISSING_SETTLED_AFTER_MS : SETTLED_AFTER_MS;
  if (nowMs - lastEndMs > limit) return false;
  return data.spans.length > LARGE_SPANS ? POLL_LARGE_MS : POLL_MS;
}
