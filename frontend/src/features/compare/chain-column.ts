/** One trace of a chain, and the figures that are compared. Pure. */
import { formatDuration, nanosToNumber } from "@/lib/format/duration";
import { formatCompact, formatCost, formatCount } from "@/lib/format/number";
import type { TraceModel } from "@/telemetry/trace/build-trace";
import type { SpanDetail } from "@/telemetry/trace/span-query";
import type { TraceSummary } from "@/telemetry/traces/traces-query";

export interface ChainColumn {
  summary: TraceSummary;
  model: TraceModel;
  /** What its root span says of the version that ran; undefined while that is not loaded. */
  version: string | null | undefined;
}

/** A figure of a trace: null where the trace does not say. */
export interface Figure {
  label: string;
  of: (summary: TraceSummary) => number | null;
  format: (value: number) => string;
  /** Whether more of it is worse. */
  worse: boolean;
}

export const FIGURES: readonly Figure[] = [
  { label: "Duration", of: (t) => nanosToNumber(t.duration_ns), format: formatDuration, worse: true },
  { label: "Cost", of: (t) => t.cost_usd, format: formatCost, worse: true },
  { label: "Input tokens", of: (t) => t.input_tokens, format: formatCompact, worse: true },
  { label: "Output tokens", of: (t) => t.output_tokens, format: formatCompact, worse: true },
  { label: "Model calls", of: (t) => t.llm_call_count, format: formatCount, worse: true },
  { label: "Failed spans", of: (t) => t.error_count, format: formatCount, worse: true },
  { label: "Spans", of: (t) => t.span_count, format: formatCount, worse: false },
];

/** The release that the application names, else `service.version`; null when neither is there. */
export function versionOf(root: SpanDetail): string | null {
  if (root.derived.release !== null) return root.derived.release;
  const version = root.resource.attributes?.["service.version"];
  return typeof version === "string" ? version : null;
}
