/** Which language a piece of code is in: what stands behind its fence, or JSON that gives itself away. Pure. */
import { parseJsonText } from "./json";

/** More code than this stays in one colour: colouring it would hold the page up. */
const CHARACTERS_MAX = 50_000;

/** A name for the highlighter, or nothing where it is not worth asking. */
export function codeLanguage(code: string, fence: string): string | undefined {
  if (code.length > CHARACTERS_MAX) return undefined;
  const named = /^[\w+#.-]+/.exec(fence.trim())?.[0].toLowerCase();
  if (named !== undefined) return named;
  return parseJsonText(code) === undefined ? undefined : "json";
}
