/** The filters of the log list and the chosen record, as they stand in the URL. */
import { timeRangeSearch } from "@/lib/time-range";
import { z } from "@/lib/zod";

export const LOG_SEVERITIES = ["trace", "debug", "info", "warn", "error", "fatal"] as const;

const text = z.coerce.string().min(1).optional().catch(undefined);

export const logsSearch = timeRangeSearch.extend({
  q: text,
  service: text,
  /** The lowest severity that is shown. */
  severity: z.enum(LOG_SEVERITIES).optional().catch(undefined),
  event: text,
  trace: text,
  /** New records are not added by themselves. */
  paused: z.boolean().optional().catch(undefined),
  /** Id of the saved view that was opened. */
  view: text,
  /** Key of the record whose details are open, see log-text.ts. */
  record: text,
});

export type LogsSearch = z.infer<typeof logsSearch>;

const FILTERS = ["q", "service", "severity", "event", "trace"] as const;

export function activeLogFilters(search: LogsSearch): (typeof FILTERS)[number][] {
  return FILTERS.filter((name) => search[name] !== undefined);
}
