/** What of a list's address belongs to a view, and whether a list still shows what its view says. Pure. */
import type { View, ViewSearch } from "./views-query";

/** What the address says of a view when somebody wants none, so that the default one is not opened. */
export const NO_VIEW = "none";

/** Which view is open, and whether the list moves by itself, is no part of a view. */
export function viewSearch(search: ViewSearch): ViewSearch {
  const { view: _view, paused: _paused, record: _record, ...kept } = search;
  return Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined));
}

export function isChanged(view: View, search: ViewSearch): boolean {
  return canonical(view.search) !== canonical(viewSearch(search));
}

/** Nothing but the time window stands in the address: whoever came here asked for nothing yet. */
export function isFresh(search: ViewSearch): boolean {
  const { range: _range, from: _from, to: _to, ...asked } = search;
  return Object.values(asked).every((value) => value === undefined);
}

/** The address of a view: all that it says, and nothing else. */
export function openedSearch(view: Pick<View, "id" | "search">, now: ViewSearch): ViewSearch {
  return { ...emptied(now), ...view.search, view: view.id };
}

/** Every parameter unset. */
export function emptied(now: ViewSearch): ViewSearch {
  return Object.fromEntries(Object.keys(now).map((name) => [name, undefined]));
}

function canonical(search: ViewSearch): string {
  return JSON.stringify(Object.entries(search).sort(([a], [b]) => (a < b ? -1 : 1)));
}
