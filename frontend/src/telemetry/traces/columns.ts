/** Which columns the trace list has: their ids as they stand in the URL, in preferences and in saved views. Pure. */
import type { TracesSearch } from "./traces-search";

/** Columns with an id of their own. What ran and when always stays. */
export const TRACE_COLUMNS = [
  { id: "service", label: "Service" },
  { id: "model", label: "Model" },
  { id: "calls", label: "Model calls" },
  { id: "tokens", label: "Tokens" },
  { id: "cost", label: "Cost" },
  { id: "spans", label: "Spans" },
  { id: "errors", label: "Errors" },
  { id: "duration", label: "Duration" },
  { id: "input", label: "First question" },
  { id: "output", label: "Last answer" },
  { id: "user", label: "User" },
  { id: "session", label: "Conversation" },
  { id: "resource.deployment.environment.name", label: "Environment" },
] as const;

export const DEFAULT_COLUMNS: readonly string[] = [
  "service",
  "model",
  "calls",
  "tokens",
  "cost",
  "spans",
  "duration",
];

/** A column that shows an attribute of the trace's root, or of its resource. */
const ATTRIBUTE = /^(attributes|resource)\..+/;
/** As many as the server looks up at once. */
const ATTRIBUTES_MAX = 8;
/** A comma separates columns. */
const NAME = /^[^,\s]{1,200}$/;

/** Columns as they stand in the URL, or those of the preferences. Unknown ones are left out. */
export function columnsOf(
  search: Pick<TracesSearch, "cols">,
  preferred: readonly string[] | null,
): readonly string[] {
  const wanted = search.cols === undefined ? (preferred ?? DEFAULT_COLUMNS) : search.cols.split(",");
  return [...new Set(wanted)].filter(
    (id) => ATTRIBUTE.test(id) || TRACE_COLUMNS.some((own) => own.id === id),
  );
}

/** The columns whose values the server has to look up, as it is asked for them. */
export function attributeColumns(columns: readonly string[]): string[] {
  return columns.filter((id) => ATTRIBUTE.test(id)).slice(0, ATTRIBUTES_MAX);
}

/** The column for an attribute that somebody typed; undefined when it cannot be one. */
export function attributeColumn(name: string): string | undefined {
  const typed = name.trim();
  if (!NAME.test(typed)) return undefined;
  return ATTRIBUTE.test(typed) ? typed : `attributes.${typed}`;
}

export function columnLabel(id: string): string {
  return TRACE_COLUMNS.find((column) => column.id === id)?.label ?? id.replace(/^attributes\./, "");
}
