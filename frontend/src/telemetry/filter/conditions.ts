/** Writes conditions of the filter language: values in quotes where they need them, one condition more. Pure. */

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
