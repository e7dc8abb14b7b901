/** Operators of the filter language, with a word about each. */

export interface Suggestion {
  text: string;
  hint: string;
}

/** In the order in which they are offered. */
const OPERATORS: ReadonlyMap<string, Suggestion> = new Map([
  [">", { text: ">", hint: "more than" }],
  [">=", { text: ">=", hint: "at least" }],
  ["<", { text: "<", hint: "less than" }],
  ["<=", { text: "<=", hint: "at most" }],
  ["=", { text: "=", hint: "equals" }],
  ["!=", { text: "!=", hint: "differs, or is missing" }],
  ["contains", { text: "contains", hint: "has this text in it" }],
  ["in", { text: "in (", hint: "one of" }],
  ["not in", { text: "not in (", hint: "none of, or is missing" }],
  ["exists", { text: "exists", hint: "is there" }],
]);

const ALL = [...OPERATORS.keys()];

/** Suggestions for the operators that a field takes, or for all where that is not known. */
export function operatorSuggestions(ops: readonly string[] = ALL): Suggestion[] {
  const known = ALL.filter((op) => ops.includes(op));
  // A newer server may have operators that this page has no word about.
  const others = ops.filter((op) => !OPERATORS.has(op));
  return [...known, ...others].map((op) => OPERATORS.get(op) ?? { text: op, hint: "" });
}
