/** Suggestions for a filter that is being written, from the server's fields and their frequent values. */
import { useQuery } from "@tanstack/react-query";
import { useDeferredValue } from "react";
import { fieldValuesQuery } from "@/telemetry/stats/stats-query";
import { type FilterField, hasFrequentValues } from "./field-words";
import { filterFieldsQuery } from "./fields-query";
import { type Suggestions, suggest } from "./suggest";

export interface FilterSuggestions extends Suggestions {
  /** Whether the fields are known; without them one can still write a filter. */
  fields: "loading" | "failed" | "known";
}

const NO_FIELDS: readonly FilterField[] = [];
const NO_VALUES: readonly string[] = [];

/** Nothing is asked for before `open`. */
export function useSuggestions(text: string, caret: number, open: boolean): FilterSuggestions {
  const known = useQuery({ ...filterFieldsQuery(), enabled: open });
  const fields = known.data ?? NO_FIELDS;
  const found = suggest(text, caret, fields, () => NO_VALUES);
  const field = useDeferredValue(fields.find(({ name }) => name === found.valueField));
  const values = useQuery({
    ...fieldValuesQuery(field?.name ?? ""),
    enabled: open && field !== undefined && hasFrequentValues(field),
  });
  return {
    ...(values.data ? suggest(text, caret, fields, () => values.data) : found),
    fields: known.data ? "known" : known.error ? "failed" : "loading",
  };
}
