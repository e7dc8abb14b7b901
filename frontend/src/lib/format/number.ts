/** Counts and other plain numbers for people. */

const exact = new Intl.NumberFormat("en-US");

/** All digits, grouped: `12,345`. */
export function formatCount(value: number): string {
  return exact.format(value);
}

/** At most four characters and a unit: `987`, `1.2k`, `34k`, `5.6M`. */
export function formatCompact(value: number): string {
  const size = Math.abs(value);
  if (size < 1_000) return String(Math.round(value));
  if (size < 999_500) return `${shorten(value / 1_000)}k`;
  if (size < 999_500_000) return `${shorten(value / 1_000_000)}M`;
  return `${shorten(value / 1_000_000_000)}B`;
}

function shorten(value: number): string {
  return Math.abs(value) < 9.95 ? value.toFixed(1).replace(/\.0$/, "") : value.toFixed(0);
}

/** `1 span`, `2 spans`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** `1st`, `2nd`, `3rd`, `4th`, `11th`, `21st`. */
export function formatOrdinal(value: number): string {
  const tens = value % 100;
  const ending = tens >= 11 && tens <= 13 ? "th" : (["th", "st", "nd", "rd"][value % 10] ?? "th");
  return `${formatCount(value)}${ending}`;
}

/** A score or weight with three places: `0.871`. */
export function formatScore(value: number): string {
  return value.toFixed(3);
}
