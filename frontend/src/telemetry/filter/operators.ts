/** Operators of the filter language, with a word about each, in the order in which they are offered. */

export interface Suggestion {
  text: string;
  hint: string;
}

const COMPARISONS: readonly [string, Suggestion][] = [
  [">", { text: ">", hint: "more than" }],
  [">=", { text: ">=", hint: "at least" }],
  ["<", { text: "<", hint: "less than" }],
  ["<=", { text: "<=", hint: "at most" }],
];
const OTHERS: readonly [string, Suggestion][] = [
  ["=", { text: "=", hint: "equals" }],
  ["!=", { text: "!=", hint: "differs, or is missing" }],
  ["contains", { text: "contains", hint: "has this text in it" }],
  ["in", { text: "in (", hint: "one of" }],
  ["not in", { text: "not in (", hint: "none of, or is missing" }],
  ["exists", { text: "exists", hint: "is there" }],
];
const TEXT_ORDER = new Map([...OTHERS, ...COMPARISONS]);
const NUMBER_ORDER = new Map([...COMPARISONS, ...OTHERS]);
const ALL = [...TEXT_ORDER.keys()];

/** Suggestions for the operators that a field takes, or for all where that is not known. Numbers are mostly compared. */
export function operatorSuggestions(ops: readonly string[] = ALL): Suggestion[] {
  const words = ops.includes("contains") ? TEXT_ORDER : NUMBER_ORDER;
  const known = [...words].filter(([op]) => ops.includes(op)).map(([, suggestion]) => suggestion);
  // A newer server may have operators that this page has no word about.
  const others = ops.filter((op) => !words.has(op)).map((op) => ({ text: op, hint: "" }));
  return [...known, ...others];
}
