/** Keeps the first page of a trace list fresh from the server's live tail, while that is wanted and works. */
import { type InfiniteData, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { TraceList, TraceSummary } from "@/telemetry/traces/traces-query";
import type { TracesSearch } from "@/telemetry/traces/traces-search";
import { filterParams, tracesQuery } from "./list-query";

/** Rows that the first page may grow to; older ones are read again by scrolling. */
const LIVE_ROWS_MAX = 500;

export type TailState = "off" | "connecting" | "live" | "failing";

/** Without the tail (a filter on attributes, a proxy that cuts streams) the list goes on polling. */
export function useTraceTail(search: TracesSearch, wanted: boolean): TailState {
  const client = useQueryClient();
  const [state, setState] = useState<TailState>("off");
  // The server cannot follow conditions on attributes, which are not in its index.
  const followed = wanted && !/\b(?:attributes|resource)\./.test(search.filter ?? "");
  const query = new URLSearchParams(tailParams(search)).toString();
  const key = JSON.stringify(tracesQuery(search).queryKey);

  useEffect(() => {
    if (!followed || typeof EventSource === "undefined") {
      setState("off");
      return;
    }
    setState("connecting");
    const queryKey = JSON.parse(key) as readonly unknown[];
    const source = new EventSource(`/otel/tail?${query}`);
    source.addEventListener("ready", () => setState("live"));
    source.addEventListener("lag", () => void client.invalidateQueries({ queryKey }));
    source.addEventListener("trace", (event: MessageEvent<string>) => {
      const trace = JSON.parse(event.data) as TraceSummary;
      client.setQueryData<InfiniteData<TraceList, string | undefined>>(queryKey, (data) =>
        data ? withTrace(data, trace) : data,
      );
    });
    // The session behind the stream is over. Whether this browser has another one shows when the list is read again: without
    // one the page leads to sign-in, with one the browser takes the tail up again.
    source.addEventListener("end", () => {
      setState("connecting");
      void client.invalidateQueries({ queryKey });
    });
    source.addEventListener("error", () => setState("failing"));
    return () => source.close();
  }, [client, query, key, followed]);
  return state;
}

/** The trace at its place by start time, instead of an earlier version of it. Pure. */
export function withTrace(
  data: InfiniteData<TraceList, string | undefined>,
  trace: TraceSummary,
): InfiniteData<TraceList, string | undefined> {
  const [first, ...older] = data.pages;
  if (!first) return data;
  const known = older.some((page) => page.items.some(({ trace_id }) => trace_id === trace.trace_id));
  if (known) return data;
  const others = first.items.filter(({ trace_id }) => trace_id !== trace.trace_id);
  const start = BigInt(trace.start_time_unix_nano);
  const at = others.findIndex((other) => BigInt(other.start_time_unix_nano) <= start);
  const place = at < 0 ? others.length : at;
  const items = [...others.slice(0, place), trace, ...others.slice(place)].slice(0, LIVE_ROWS_MAX);
  return { ...data, pages: [{ ...first, items }, ...older] };
}

function tailParams(search: TracesSearch): Record<string, string> {
  return Object.fromEntries(
    Object.entries(filterParams(search)).map(([name, value]) => [name, String(value)]),
  );
}
