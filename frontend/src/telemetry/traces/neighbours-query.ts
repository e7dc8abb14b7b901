/** The list that a trace was opened from, as it was then: it does not move while somebody walks through it. */
import { infiniteQueryOptions } from "@tanstack/react-query";
import { usePreferences } from "@/state/preferences";
import { attributeColumns, columnsOf } from "./columns";
import { tracesQuery } from "./list-query";
import type { TracesSearch } from "./traces-search";

/** Shares its pages with the list itself. */
export function neighboursQuery(search: TracesSearch) {
  const attributes = attributeColumns(columnsOf(search, usePreferences.getState().traceColumns));
  return infiniteQueryOptions({
    ...tracesQuery({ search, attributes }),
    refetchInterval: false,
    refetchOnWindowFocus: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
}
