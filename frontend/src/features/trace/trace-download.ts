/** A whole trace as OTLP/JSON, as an exporter would have sent it, to save as a file. */
import { api, type ResponseOf, unwrap } from "@/lib/api/client";
import { saveParts } from "@/lib/save-text";
import { resourceSpansJson } from "@/telemetry/otlp-json";
import type { SpanDetail } from "@/telemetry/trace/span-query";

/** Spans in one answer; with all that they carry, some are large. */
const PAGE_SPANS = 500;

type Page = ResponseOf<"/otel/trace/{trace_id}", "get">;

export async function downloadTrace(traceId: string): Promise<void> {
  const parts: string[] = ['{"resourceSpans":['];
  let count = 0;
  let after: string | undefined;
  do {
    const page: Page = await unwrap(
      api.GET("/otel/trace/{trace_id}", {
        params: {
          path: { trace_id: traceId },
          query: { include: "payload", limit: PAGE_SPANS, ...(after === undefined ? {} : { after }) },
        },
      }),
    );
    for (const row of page.spans) {
      // An answer holds a limited number of bytes; what had no room in it is read by itself.
      const span = row.payload ?? (await readSpan(traceId, row.span_id));
      parts.push(count > 0 ? ",\n" : "\n", JSON.stringify(resourceSpansJson(span)));
      count += 1;
    }
    after = page.next_after ?? undefined;
  } while (after !== undefined);
  parts.push("\n]}\n");
  saveParts(parts, `trace-${traceId}.json`);
}

function readSpan(traceId: string, spanId: string): Promise<SpanDetail> {
  return unwrap(
    api.GET("/otel/spans/{trace_id}/{span_id}", { params: { path: { trace_id: traceId, span_id: spanId } } }),
  );
}
