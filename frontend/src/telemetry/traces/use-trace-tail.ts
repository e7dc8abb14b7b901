/** Keeps the loaded pages of a trace list fresh from the server's live tail, while that is wanted and works. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { type TracePages, type TracesListed, tracesQuery } from "./list-query";
import { mergeTraces } from "./merge-traces";
import type { TraceSummary } from "./traces-query";
import { filterParams, type TracesSearch } from "./traces-search";

type TailState = "off" | "connecting" | "live" | "failing";

/** What arrives within this time is shown at once: a busy server sends many in a second. */
const GATHER_MS = 200;

/** Without the tail (a filter on attributes, a proxy that cuts streams) the list goes on polling. */
export function useTraceTail(listed: TracesListed, wanted: boolean): TailState {
  const client = useQueryClient();
  const [state, setState] = useState<TailState>("off");
  const { search } = listed;
  const { order, direction } = search;
  // The server cannot follow conditions on attributes, which are not in its index.
  const followed = wanted && !/\b(?:attributes|resource)\./.test(search.filter ?? "");
  const query = new URLSearchParams(tailParams(search)).toString();
  const key = JSON.stringify(tracesQuery(listed).queryKey);

  useEffect(() => {
    if (!followed || typeof EventSource === "undefined") {
      setState("off");
      return;
    }
    setState("connecting");
    const queryKey = JSON.parse(key) as readonly unknown[];
    const source = new EventSource(`/otel/tail?${query}`);
    let gathered: TraceSummary[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const show = () => {
      const fresh = gathered;
      gathered = [];
      timer = undefined;
      client.setQueryData<TracePages>(queryKey, (data) =>
        data ? mergeTraces(data, fresh, { order, direction }) : data,
      );
    };
    source.addEventListener("ready", () => setState("live"));
    source.addEventListener("lag", () => void client.invalidateQueries({ queryKey }));
    source.addEventListener("trace", (event: MessageEvent<string>) => {
      gathered.push(JSON.parse(event.data) as TraceSummary);
      timer ??= setTimeout(show, GATHER_MS);
    });
    // The session behind the stream is over. Whether this browser has another one shows when the list is read again: without
    // one the page leads to sign-in, with one the browser takes the tail up again.
    source.addEventListener("end", () => {
      setState("connecting");
      void client.invalidateQueries({ queryKey });
    });
    source.addEventListener("error", () => setState("failing"));
    return () => {
      clearTimeout(timer);
      source.close();
    };
  }, [client, query, key, followed, order, direction]);
  return state;
}

function tailParams(search: TracesSearch): Record<string, string> {
  return Object.fromEntries(
    Object.entries(filterParams(search)).map(([name, value]) => [name, String(value)]),
  );
}
