/** Reading loosely typed JSON values: attributes, payloads, messages. Pure. */

export type JsonKind = "object" | "array" | "string" | "number" | "boolean" | "null";

export function jsonKind(value: unknown): JsonKind {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return "array";
  if (exactInteger(value) !== undefined) return "number";
  const type = typeof value;
  return type === "object" || type === "string" || type === "number" || type === "boolean" ? type : "string";
}

/** The API writes integers beyond 2^53 as `{"int": "…"}`; this gives their digits. */
export function exactInteger(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const keys = Object.keys(value);
  const digits = (value as { int?: unknown }).int;
  return keys.length === 1 && typeof digits === "string" && /^-?\d{15,20}$/.test(digits) ? digits : undefined;
}

/** Children of an object or array as key and value pairs. */
export function jsonEntries(value: unknown): [string, unknown][] {
  if (Array.isArray(value)) return value.map((item, index) => [String(index), item]);
  if (typeof value === "object" && value !== null) return Object.entries(value);
  return [];
}

/**
 * Many payloads are JSON as text; gives the parsed object or array, or undefined for plain text. Integers beyond 2^53 come as
 * the API writes them, where the browser hands out their digits.
 */
export function parseJsonText(text: string): unknown {
  const first = /\S/.exec(text)?.[0];
  if (first !== "{" && first !== "[") return undefined;
  try {
    return JSON.parse(text, LONG_DIGITS.test(text) ? exactly : undefined) as unknown;
  } catch {
    return undefined;
  }
}

const LONG_DIGITS = /\d{16}/;

function exactly(this: unknown, _key: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source;
  const isLong =
    typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d{16,20}$/.test(source ?? "");
  return isLong ? { int: source } : value;
}

/** Text as it is, JSON indented. */
export function toText(value: unknown): string {
  if (typeof value === "string") return value;
  if (value === undefined) return "";
  return JSON.stringify(value, null, 2);
}

/** Whether there is anything to show: not null, not "", not {} or []. */
export function hasContent(value: unknown): boolean {
  if (value === null || value === undefined || value === "") return false;
  return typeof value === "object" ? Object.keys(value).length > 0 : true;
}
