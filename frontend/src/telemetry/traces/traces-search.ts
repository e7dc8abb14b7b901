/** The filters, the order and the columns of the trace list, as they stand in the URL. */

import { timeRangeSearch } from "@/lib/time-range";
import { z } from "@/lib/zod";
import { ROLE_IDS } from "@/telemetry/vocabulary/roles";

const text = z.coerce.string().min(1).optional().catch(undefined);

export const tracesSearch = timeRangeSearch.extend({
  service: text,
  q: text,
  status: z.enum(["unset", "ok", "error"]).optional().catch(undefined),
  role: z.enum(ROLE_IDS).optional().catch(undefined),
  model: text,
  session_id: text,
  user_id: text,
  /** A condition in the filter language on one of the trace's spans. */
  filter: text,
  /** What comes first; the newest unless it is set. */
  order: z.enum(["start", "duration", "cost", "tokens", "errors", "spans"]).optional().catch(undefined),
  /** The highest first unless it is set. */
  direction: z.enum(["asc"]).optional().catch(undefined),
  /** Ids of the columns, comma separated, see columns.ts; those of this browser's preferences without it. */
  cols: text,
  /** Id of the saved view that was opened. */
  view: text,
  /** New traces are not added by themselves. */
  paused: z.boolean().optional().catch(undefined),
});

export type TracesSearch = z.infer<typeof tracesSearch>;

const FILTERS = ["service", "q", "status", "role", "model", "session_id", "user_id", "filter"] as const;

/** Filters that are set, without the time window. */
export function activeFilters(search: TracesSearch): (keyof TracesSearch)[] {
  return FILTERS.filter((name) => search[name] !== undefined);
}

type TraceFilters = { [Name in (typeof FILTERS)[number]]?: NonNullable<TracesSearch[Name]> };

/** The filters that are set, as parameters that the list, the statistics, the export and the live tail share. */
export function filterParams(search: TracesSearch): TraceFilters {
  return Object.fromEntries(activeFilters(search).map((name) => [name, search[name]]));
}

declare module "@tanstack/react-router" {
  interface HistoryState {
    /** The list that a trace was opened from, for the way back and to its neighbours. */
    tracesSearch?: TracesSearch;
  }
}

const TRACE_ID = /^[0-9a-f]{32}$/i;

/** A pasted trace id is opened instead of searched for. */
export function asTraceId(input: string): string | undefined {
  const trimmed = input.trim().replaceAll("-", "");
  return TRACE_ID.test(trimmed) ? trimmed.toLowerCase() : undefined;
}
