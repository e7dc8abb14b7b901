/** The filters of the trace list, as they stand in the URL. */

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
  /** New traces are not added by themselves. */
  paused: z.boolean().optional().catch(undefined),
});

export type TracesSearch = z.infer<typeof tracesSearch>;

/** Filters that are set, without the time window. */
export function activeFilters(search: TracesSearch): (keyof TracesSearch)[] {
  const names: (keyof TracesSearch)[] = [
    "service",
    "q",
    "status",
    "role",
    "model",
    "session_id",
    "user_id",
    "filter",
  ];
  return names.filter((name) => search[name] !== undefined);
}

/** All parameters that are set, as a change that unsets them. */
export function cleared(search: TracesSearch): Partial<TracesSearch> {
  return Object.fromEntries(Object.keys(search).map((name) => [name, undefined]));
}

declare module "@tanstack/react-router" {
  interface HistoryState {
    /** The list that a trace was opened from, for the way back. */
    tracesSearch?: TracesSearch;
  }
}

const TRACE_ID = /^[0-9a-f]{32}$/i;

/** A pasted trace id is opened instead of searched for. */
export function asTraceId(input: string): string | undefined {
  const trimmed = input.trim().replaceAll("-", "");
  return TRACE_ID.test(trimmed) ? trimmed.toLowerCase() : undefined;
}
