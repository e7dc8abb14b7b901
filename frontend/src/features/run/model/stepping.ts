/** Walking through the state events of a run. Pure. */
import type { RunView, StateEvent } from "./run-view";

/** Events that are stepped through: all, or those of one store. */
export function steppable(run: RunView, storeId: string | undefined): StateEvent[] {
  return storeId === undefined ? run.events : run.events.filter((event) => event.store_id === storeId);
}

/** The present event: the last one up to the step; undefined stands before all of them. */
export function eventAt(events: readonly StateEvent[], step: number | undefined): StateEvent | undefined {
  if (step === undefined) return events.at(-1);
  return events.findLast((event) => event.step <= step);
}

/** The step that lies `count` events further; 0 is before the first event. */
export function stepBy(events: readonly StateEvent[], step: number | undefined, count: number): number {
  const at = events.findLastIndex((event) => event.step <= (step ?? Number.POSITIVE_INFINITY));
  const next = Math.max(-1, Math.min(events.length - 1, at + count));
  return next < 0 ? 0 : (events[next]?.step ?? 0);
}

/** The event nearest in time, for a click on the timeline. */
export function stepAtTime(events: readonly StateEvent[], timeNanos: number): number {
  return events.findLast((event) => event.timeNanos <= timeNanos)?.step ?? 0;
}

/** The subflows that are unfolded: those of the URL, else all while the graph stays readable. */
export function openSubflows(
  run: { nodes: readonly { key: string; kind: string; execution_count: number }[] },
  open: string | undefined,
): Set<string> {
  if (open === "-") return new Set();
  if (open !== undefined) return new Set(open.split(","));
  if (run.nodes.length > READABLE_NODES_MAX) return new Set();
  return new Set(
    run.nodes.filter((node) => node.kind === "subflow" && node.execution_count > 0).map(({ key }) => key),
  );
}

const READABLE_NODES_MAX = 12;

/** The URL's text for the open subflows once one of them was opened or closed. */
export function toggleOpen(open: ReadonlySet<string>, key: string): string {
  const next = new Set(open);
  if (!next.delete(key)) next.add(key);
  return next.size === 0 ? "-" : [...next].join(",");
}
