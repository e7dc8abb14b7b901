/** The search parameters of a page as state: what stands in the URL, and how to change it. */
import { getRouteApi, type RegisteredRouter, type RouteById, type RouteIds } from "@tanstack/react-router";
import { useCallback, useState } from "react";

type RouteTree = RegisteredRouter["routeTree"];
type SearchOf<Id extends RouteIds<RouteTree>> = RouteById<RouteTree, Id>["types"]["fullSearchSchema"];

/** How a change goes into the history. */
interface Trail {
  /** The change takes the place of the current entry of the history. */
  replace?: boolean;
  /** What the entry carries besides its URL stays, such as the list that a trace was opened from. */
  state?: true;
}

const NEW_ENTRY = (): Trail => ({});

/** For pages on which moving about is one visit: it leaves no trail in the history. */
export const ONE_VISIT = (): Trail => ({ replace: true, state: true });

/** `trail` must be the same function on every render. */
export function useSearchState<const Id extends RouteIds<RouteTree>>(
  id: Id,
  trail: (change: Partial<SearchOf<Id>>) => Trail = NEW_ENTRY,
): [SearchOf<Id>, (change: Partial<SearchOf<Id>>) => void] {
  const route = getRouteApi<Id>(id);
  const search = route.useSearch() as SearchOf<Id>;
  const navigate = route.useNavigate() as (options: Trail & { search: unknown }) => Promise<void>;
  const change = useCallback(
    (next: Partial<SearchOf<Id>>) =>
      void navigate({ ...trail(next), search: (before: SearchOf<Id>) => ({ ...before, ...next }) }),
    [navigate, trail],
  );
  return [search, change];
}

/** The same for a page that is shown at the address of another one: nothing of it stands in the URL. */
export function useHeldSearch<Search>(first: Search): [Search, (change: Partial<Search>) => void] {
  const [search, setSearch] = useState(first);
  const change = useCallback((next: Partial<Search>) => setSearch((before) => ({ ...before, ...next })), []);
  return [search, change];
}
