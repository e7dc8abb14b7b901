/** How the router reads a value of an address that may be more than text. Pure. */

/** As JSON, but a number only where writing it gives the same text again: `1e5` and ids of twenty digits stay as they are. */
export function parseSearchValue(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (typeof value === "number" && String(value) !== text)
    throw new SyntaxError("it would not stay the same");
  return value;
}
