/** Traces of the mock that began in the time window that a request asks for. */
import type { MockTrace } from "./corpus.ts";
import type { MockStore } from "./store.ts";

export function inWindow(store: MockStore, request: Request): MockTrace[] {
  const query = new URL(request.url).searchParams;
  const from = query.get("from");
  const to = query.get("to");
  return store.traces.filter(({ spans }) => {
    const start = spans[0]?.start_time ?? "";
    return (from === null || start >= from) && (to === null || start <= to);
  });
}
