/** What the page adds to the server's list of filter fields: a word about each, and an order. Pure. */
export interface FilterField {
  name: string;
  /** The server's word for what the values are, for example `text`. */
  kind: string;
  /** Operators that the field takes; undefined where that is not known. */
  ops: readonly string[] | undefined;
  hint: string;
  /** The only values that it may be compared with; empty where there is no such list. */
  values: readonly string[];
}

/** A field as the server describes it. */
interface DescribedField {
  name: string;
  kind: string;
  ops: readonly string[];
  values?: readonly string[];
}

/** The fields that people filter for most come first; fields without a word follow in the server's order. */
const HINTS: ReadonlyMap<string, string> = new Map([
  ["service", "service name"],
  ["name", "name of the span"],
  ["role", "what the span does"],
  ["status", "ok, error or unset"],
  ["model", "model of the call"],
  ["provider", "vendor of the model"],
  ["duration_ms", "milliseconds"],
  ["input_tokens", "includes cached"],
  ["output_tokens", "includes reasoning"],
  ["total_tokens", "input and output"],
  ["cost_usd", "US dollars"],
  ["session_id", "conversation"],
  ["user_id", "person"],
  ["error_type", "class of the error"],
  ["agent_name", "agent"],
  ["tool_name", "tool"],
  ["kind", "span kind"],
  ["is_model_call", "counts toward usage"],
  ["structural_id", "graph of a workflow"],
  ["agent_key", "key of a Junjo agent"],
  ["outcome", "how a Junjo run ended"],
  ["runtime_id", "one Junjo run"],
  ["correlation_id", "what the application correlates"],
  ["correlation_type", "kind of correlation"],
  ["service_namespace", "part of what the service is"],
  ["service_version", "of the service"],
  ["state_event_count", "state changes"],
  ["exception_count", "exceptions"],
  ["project", "of the key that sent it"],
]);

export function describeFields(items: readonly DescribedField[]): FilterField[] {
  const order = [...HINTS.keys()];
  const rank = ({ name }: DescribedField) => (HINTS.has(name) ? order.indexOf(name) : order.length);
  return items.toSorted((a, b) => rank(a) - rank(b)).map(describeField);
}

function describeField({ name, kind, ops, values = [] }: DescribedField): FilterField {
  return { name, kind, ops, values, hint: HINTS.get(name) ?? "" };
}

/** Whether the server can be asked which values are frequent. */
export function hasFrequentValues(field: FilterField): boolean {
  return field.kind === "text" && field.values.length === 0;
}
