/** JSON text over many lines, with every digit and escape as it was sent: nothing is parsed and written again. Pure. */
import { parseJsonText } from "./json";

const INDENT = "  ";
/** More text than this stays as it was sent. */
const CHARACTERS_MAX = 200_000;
/** A string, a mark of structure, or anything between them. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** The text with lines and indentation, or nothing when it is no JSON object or array. */
export function prettyJson(text: string): string | undefined {
  if (text.length > CHARACTERS_MAX || parseJsonText(text) === undefined) return undefined;
  let pretty = "";
  let depth = 0;
  let before = "";
  for (const [token] of text.matchAll(TOKEN)) {
    const closes = token === "}" || token === "]";
    const isEmpty = closes && (before === "{" || before === "[");
    if (closes) depth -= 1;
    if (token !== "," && token !== ":" && needsLine(before, closes && !isEmpty))
      pretty += `\n${INDENT.repeat(depth)}`;
    if (closes && isEmpty) pretty = pretty.trimEnd();
    pretty += token === ":" ? ": " : token;
    if (token === "{" || token === "[") depth += 1;
    before = token;
  }
  return pretty;
}

function needsLine(before: string, closes: boolean): boolean {
  return closes || before === "{" || before === "[" || before === ",";
}
