/** The filters of the list of runs, as they stand in the URL. */

import { timeRangeSearch } from "@/lib/time-range";
import { z } from "@/lib/zod";

const text = z.coerce.string().min(1).optional().catch(undefined);

export const runsSearch = timeRangeSearch.extend({
  service: text,
  name: text,
  status: z.enum(["unset", "ok", "error"]).optional().catch(undefined),
  kind: z.enum(["workflow", "agent", "all"]).optional().catch(undefined),
  outcome: z.enum(["completed", "failed", "cancelled"]).optional().catch(undefined),
  evidence: z.enum(["complete", "partial", "unchecked"]).optional().catch(undefined),
  agent_key: text,
  structural_id: text,
  runtime_id: text,
  service_namespace: text,
  service_version: text,
  correlation_type: text,
  correlation_id: text,
  /** What comes first; the newest unless it is set. */
  order: z.enum(["start", "duration"]).optional().catch(undefined),
  /** The highest first unless it is set. */
  direction: z.enum(["asc"]).optional().catch(undefined),
  /** Id of the saved view that was opened. */
  view: text,
});

/** Filters that links and addresses set; each is shown with a way to take it away. */
export const LINKED_FILTERS = {
  agent_key: "Agent key",
  structural_id: "Structure",
  runtime_id: "Run id",
  service_namespace: "Namespace",
  service_version: "Version",
  correlation_type: "Correlation type",
  correlation_id: "Correlation",
} as const;

/** All filters but the time. */
export const FILTERS = [
  "service",
  "name",
  "status",
  "kind",
  "outcome",
  "evidence",
  ...(Object.keys(LINKED_FILTERS) as (keyof typeof LINKED_FILTERS)[]),
] as const;

export type RunsSearch = z.infer<typeof runsSearch>;
