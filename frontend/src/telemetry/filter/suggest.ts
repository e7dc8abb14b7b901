/**
 * What may come next in a filter, given the text before the caret. Knows the shape of the language (field, operator, value,
 * and / or), not its meaning: the server has the last word. Pure.
 */

export interface FilterField {
  name: string;
  kind: "text" | "number" | "boolean";
  /** Values that are known beforehand. */
  values?: readonly string[];
  hint: string;
}

export interface Suggestion {
  text: string;
  hint: string;
}

export interface Suggestions {
  /** Part of the text that a suggestion replaces. */
  from: number;
  to: number;
  items: Suggestion[];
  /** The field whose value is being written, so that its values can be asked for. */
  valueField: string | undefined;
}

const TEXT_OPERATORS: Suggestion[] = [
  { text: "=", hint: "equals" },
  { text: "!=", hint: "differs, or is missing" },
  { text: "contains", hint: "has this text in it" },
  { text: "in (", hint: "one of" },
  { text: "exists", hint: "is there" },
];
const NUMBER_OPERATORS: Suggestion[] = [
  { text: ">", hint: "more than" },
  { text: ">=", hint: "at least" },
  { text: "<", hint: "less than" },
  { text: "<=", hint: "at most" },
  { text: "=", hint: "equals" },
  { text: "!=", hint: "differs, or is missing" },
];
const JOINTS: Suggestion[] = [
  { text: "and", hint: "both" },
  { text: "or", hint: "either" },
];

interface Token {
  text: string;
  from: number;
  to: number;
}

const TOKEN = /"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|[()]|,|!=|<=|>=|[=<>]|[^\s()=<>!,"']+/g;
const OPERATORS = new Set(["=", "!=", "<", "<=", ">", ">=", "contains"]);

export function suggest(
  text: string,
  caret: number,
  fields: readonly FilterField[],
  valuesOf: (field: string) => readonly string[],
): Suggestions {
  const before = text.slice(0, caret);
  const tokens = [...before.matchAll(TOKEN)].map(
    (match): Token => ({ text: match[0], from: match.index, to: match.index + match[0].length }),
  );
  const last = tokens.at(-1);
  // The word at the caret is being written; what is before it decides what it can be.
  const writing = last && last.to === caret && !/[()=<>,]$/.test(last.text) ? last : undefined;
  const done = writing ? tokens.slice(0, -1) : tokens;
  const range = { from: writing?.from ?? caret, to: caret };
  const typed = (writing?.text ?? "").replace(/^["']/, "").toLowerCase();
  const matching = (items: readonly Suggestion[]) =>
    items.filter((item) => item.text.toLowerCase().includes(typed) && item.text.toLowerCase() !== typed);

  const { expects, field } = stateAfter(done, fields);
  if (expects === "value") {
    const values = (field?.values ?? valuesOf(field?.name ?? "")).map((value) => ({
      text: quoted(value),
      hint: field?.name ?? "",
    }));
    return { ...range, items: matching(values), valueField: field?.name };
  }
  if (expects === "operator") {
    const operators = field?.kind === "number" ? NUMBER_OPERATORS : TEXT_OPERATORS;
    return { ...range, items: matching(operators), valueField: undefined };
  }
  if (expects === "joint") return { ...range, items: matching(JOINTS), valueField: undefined };
  const named = fields.map(({ name, hint }) => ({ text: name, hint }));
  const items = matching([...named, { text: "not", hint: "the opposite" }]);
  if ("attributes.".startsWith(typed) && typed !== "") {
    items.push({ text: "attributes.", hint: "any attribute of the span" });
  }
  return { ...range, items, valueField: undefined };
}

type Expectation = "field" | "operator" | "value" | "joint";

/** Reads the finished words from left to right. */
function stateAfter(
  tokens: readonly Token[],
  fields: readonly FilterField[],
): { expects: Expectation; field: FilterField | undefined } {
  let expects: Expectation = "field";
  let field: FilterField | undefined;
  let list = false;
  for (const token of tokens) {
    const word = token.text.toLowerCase();
    if (expects === "field") {
      if (word === "not" || word === "(") continue;
      field = fields.find(({ name }) => name === word) ?? { name: token.text, kind: "text", hint: "" };
      expects = "operator";
    } else if (expects === "operator") {
      if (word === "exists") expects = "joint";
      else if (word === "in") list = true;
      else if (OPERATORS.has(word) || (word === "(" && list)) expects = "value";
    } else if (expects === "value") {
      if (!list) expects = "joint";
      else if (word === ")") {
        list = false;
        expects = "joint";
      }
    } else if (word === "and" || word === "or") expects = "field";
  }
  return { expects, field };
}

/** Bare when it is a plain word, quoted otherwise. */
export function quoted(value: string): string {
  if (/^[A-Za-z_][\w.:/-]*$/.test(value) && !/^(and|or|not|in|exists|contains|true|false)$/i.test(value)) {
    return value;
  }
  return inQuotes(value);
}

/** The filter with one more condition. */
export function withCondition(filter: string | undefined, condition: string): string {
  const given = filter?.trim() ?? "";
  if (given === "") return condition;
  return /\bor\b/i.test(given) ? `(${given}) and ${condition}` : `${given} and ${condition}`;
}

/** `attributes.KEY = VALUE` for a plain attribute; undefined for values that a filter cannot name. */
export function attributeCondition(key: string, value: unknown): string | undefined {
  const name = /^[\w.\-:/@$]+$/.test(key)
    ? `attributes.${key}`
    : `attributes."${key.replaceAll('"', '\\"')}"`;
  if (typeof value === "string") {
    return value.length > VALUE_CHARACTERS_MAX ? undefined : `${name} = ${inQuotes(value)}`;
  }
  if (typeof value === "number" || typeof value === "boolean") return `${name} = ${value}`;
  return undefined;
}

/** Longer texts are not filtered for by equality. */
const VALUE_CHARACTERS_MAX = 300;

function inQuotes(value: string): string {
  return `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
