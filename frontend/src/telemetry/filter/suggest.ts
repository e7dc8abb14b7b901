/**
 * What may come next in a filter, given the text before the caret. Knows the shape of the language (field, operator, value,
 * and / or), not its meaning: the server has the last word. Pure.
 */

import { quoted } from "./conditions";
import type { FilterField } from "./field-words";
import { operatorSuggestions, type Suggestion } from "./operators";

export interface Suggestions {
  /** Part of the text that a suggestion replaces. */
  from: number;
  to: number;
  items: Suggestion[];
  /** The field whose value is being written, so that its values can be asked for. */
  valueField: string | undefined;
}

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
    const values = (field?.values.length ? field.values : valuesOf(field?.name ?? "")).map((value) => ({
      text: field?.kind === "boolean" ? value : quoted(value),
      hint: field?.name ?? "",
    }));
    return { ...range, items: matching(values), valueField: field?.name };
  }
  if (expects === "operator") {
    return { ...range, items: matching(operatorSuggestions(field?.ops)), valueField: undefined };
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
      field = fields.find(({ name }) => name === word) ?? unknownField(token.text);
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

/** An attribute, or a field whose description has not arrived: any operator may fit. */
function unknownField(name: string): FilterField {
  return { name, kind: "unknown", ops: undefined, values: [], hint: "" };
}
