/** The views of a list: the one that is open, and the one that the list opens with. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { isFresh, openedSearch } from "./view-search";
import { type View, type ViewSearch, viewsQuery } from "./views-query";

interface ViewsInput {
  page: string;
  search: ViewSearch & { view?: string | undefined };
  /** Puts parameters in the place of those in the address, without a new entry of the history. */
  replace: (search: ViewSearch) => void;
}

export function useViews({ page, search, replace }: ViewsInput) {
  const query = useQuery(viewsQuery(page));
  const views = query.data?.views;
  const active: View | undefined = views?.find(({ id }) => id === search.view);
  // Only who comes to the list without asking for anything gets the default view, and only once.
  const waiting = useRef(isFresh(search));
  useEffect(() => {
    if (!waiting.current || views === undefined) return;
    waiting.current = false;
    const first = views.find((view) => view.is_default);
    if (first && isFresh(search)) replace(openedSearch(first, search));
  }, [views, search, replace]);
  return { query, active };
}
