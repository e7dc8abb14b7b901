/** Which moment of a run is looked at: what the URL says, and what follows from it for graph, timeline and panel. */
import { useCallback, useMemo } from "react";
import { type NodeState, nodeStates } from "./model/node-state";
import { LINK_FOLLOWED, resolveLink } from "./model/resolve-link";
import { type RunView, type StateEvent, shownAs } from "./model/run-view";
import { eventAt, openSubflows, steppable } from "./model/stepping";
import type { RunSearch } from "./run-search";

export interface RunMoment {
  search: RunSearch;
  onSearchChange: (change: Partial<RunSearch>) => void;
  /** The state changes that can be stepped through. */
  events: StateEvent[];
  /** The change that the state is shown at: the chosen one, else the last. */
  last: StateEvent | undefined;
  /** The chosen change; none while the graph shows the whole run. */
  current: StateEvent | undefined;
  /** Of the chosen change, after the run's start; undefined for the whole run. */
  timeNanos: number | undefined;
  /** The node that stands for the one of the chosen change, which may be folded away in a subflow. */
  currentKey: string | undefined;
  states: ReadonlyMap<string, NodeState>;
  /** Keys of the subflows that are open. */
  expanded: ReadonlySet<string>;
  step: (to: number) => void;
  selectNode: (key: string | undefined) => void;
}

export function useRunMoment(
  run: RunView,
  given: RunSearch,
  change: (next: Partial<RunSearch>) => void,
): RunMoment {
  const search = useMemo(() => resolveLink(run, given), [run, given]);
  const onSearchChange = useCallback(
    (next: Partial<RunSearch>) => change({ ...LINK_FOLLOWED, ...search, ...next }),
    [change, search],
  );
  const step = useCallback((to: number) => onSearchChange({ step: to, tab: undefined }), [onSearchChange]);
  const selectNode = useCallback(
    (key: string | undefined) =>
      onSearchChange(key === undefined ? { node: undefined, tab: undefined } : { node: key, tab: "node" }),
    [onSearchChange],
  );
  const events = useMemo(() => steppable(run, search.store), [run, search.store]);
  const expanded = useMemo(() => openSubflows(run, search.open), [run, search.open]);
  const last = eventAt(events, search.step);
  const chosen = search.step !== undefined;
  const timeNanos = chosen ? (last?.timeNanos ?? 0) : undefined;
  const states = useMemo(() => nodeStates(run, timeNanos), [run, timeNanos]);
  const current = chosen ? last : undefined;
  const currentKey = current?.node_key ? shownAs(run.nodeByKey, current.node_key, expanded) : undefined;
  return {
    search,
    onSearchChange,
    events,
    last,
    current,
    timeNanos,
    currentKey,
    states,
    expanded,
    step,
    selectNode,
  };
}
