/** What the server found wrong with a filter: where, and what may stand there instead. Pure. */
import { ApiProblem } from "@/lib/api/problem";

export interface FilterProblem {
  message: string;
  /** Where in the filter's text, in characters; the whole text when it is not known. */
  from: number;
  to: number;
  suggestion: string | undefined;
}

/** Undefined when the error is not about the filter. */
export function filterProblem(error: unknown, filter: string | undefined): FilterProblem | undefined {
  if (!(error instanceof ApiProblem) || filter === undefined) return undefined;
  const found = error.fields.find(({ field }) => field === "filter");
  if (!found) return undefined;
  const characters = [...filter];
  const start = Math.min(found.offset ?? 0, characters.length);
  const end = Math.min(
    found.offset === undefined ? characters.length : start + (found.length ?? 0),
    characters.length,
  );
  // the server counts characters, the browser UTF-16 units
  const units = (count: number) => characters.slice(0, count).join("").length;
  return { message: found.message, from: units(start), to: units(end), suggestion: found.suggestion };
}

/** The filter with the suggestion in the place of what is wrong. */
export function corrected(filter: string, { from, to, suggestion }: FilterProblem): string {
  return suggestion === undefined ? filter : `${filter.slice(0, from)}${suggestion}${filter.slice(to)}`;
}
