/** The first spans of a trace, in their order, for a look at it beside a list. */
import { queryOptions } from "@tanstack/react-query";
import { api, deadline, unwrap } from "@/lib/api/client";
import { nanosToNumber } from "@/lib/format/duration";
import { buildTrace } from "@/telemetry/trace/build-trace";

const SPANS_MAX = 200;

export interface PreviewSpan {
  spanId: string;
  name: string;
  role: string | null;
  kind: string;
  depth: number;
  failed: boolean;
  nanos: number;
}

export function previewQuery(traceId: string) {
  return queryOptions({
    queryKey: ["otel", "preview", traceId],
    queryFn: async ({ signal }): Promise<PreviewSpan[]> => {
      const { spans } = await unwrap(
        api.GET("/otel/trace/{trace_id}", {
          params: { path: { trace_id: traceId }, query: { limit: SPANS_MAX } },
          signal: deadline(signal),
        }),
      );
      const model = buildTrace(spans);
      return model.spans.map((span, index) => ({
        spanId: span.span_id,
        name: span.name,
        role: span.role,
        kind: span.kind,
        depth: model.depth[index] ?? 0,
        failed: span.status === "error",
        nanos: nanosToNumber(span.duration_ns),
      }));
    },
    staleTime: 10_000,
  });
}
