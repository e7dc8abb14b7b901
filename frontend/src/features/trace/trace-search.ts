/** Everything about the view of one trace that its URL holds. */
import { z } from "@/lib/zod";

export const SPAN_TABS = ["overview", "attributes", "events", "logs", "resource", "raw"] as const;
export type SpanTab = (typeof SPAN_TABS)[number];

const text = z.coerce.string().min(1).optional().catch(undefined);

export const traceSearch = z.object({
  span: text,
  tab: z.enum(SPAN_TABS).optional().catch(undefined),
  /** `tree` shows figures where the waterfall shows bars, `read` the trace as a conversation. */
  view: z.enum(["tree", "read"]).optional().catch(undefined),
  /** Only spans that matter (telemetry/trace/matters.ts); where it is not set, the reading view alone leaves the others out. */
  matters: z.boolean().optional().catch(undefined),
  /** Part of the time that is shown, see model/time-window.ts. */
  t: text,
  /** Marks the critical path. */
  critical: z.boolean().optional().catch(undefined),
  /** Search within the trace. */
  find: text,
  errors: z.boolean().optional().catch(undefined),
  /** Spans at this depth start folded. */
  depth: z.number().int().min(0).optional().catch(undefined),
  /** Span ids, comma separated, that are folded against what `depth` says. */
  folds: text,
});

export type TraceSearch = z.infer<typeof traceSearch>;

export function onlyMatters({ matters, view }: TraceSearch): boolean {
  return matters ?? view === "read";
}
