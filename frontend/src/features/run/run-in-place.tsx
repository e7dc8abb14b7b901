/** A run at another address, which stays as it is. */
import { useHeldSearch } from "@/state/use-search-state";
import { Run } from "./run-page";
import type { RunSearch } from "./run-search";

export function RunInPlace({ traceId, spanId }: { traceId: string; spanId: string }) {
  const [search, onSearchChange] = useHeldSearch<RunSearch>({});
  return (
    <Run key={spanId} traceId={traceId} spanId={spanId} search={search} onSearchChange={onSearchChange} />
  );
}
