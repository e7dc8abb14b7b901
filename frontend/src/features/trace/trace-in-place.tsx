/** A trace with one span selected, at another address, which stays as it is. */
import { useHeldSearch } from "@/state/use-search-state";
import { Trace } from "./trace-page";
import type { TraceSearch } from "./trace-search";

export function TraceInPlace({ traceId, spanId }: { traceId: string; spanId: string }) {
  const [search, onSearchChange] = useHeldSearch<TraceSearch>({ span: spanId });
  return <Trace key={traceId} traceId={traceId} search={search} onSearchChange={onSearchChange} />;
}
