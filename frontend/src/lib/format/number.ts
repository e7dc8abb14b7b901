/** Counts, bytes and money for people. */

const exact = new Intl.NumberFormat("en-US");
const BYTE_UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

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

/** US dollars with as many digits as the amount needs; unknown is a dash, never zero. */
export function formatCost(usd: number | null | undefined): string {
  if (usd === null || usd === undefined) return "–";
  if (usd === 0) return "$0";
  if (usd < 0.0001) return "<$0.0001";
  if (usd < 0.01) return `$${usd.toFixed(4)}`;
  if (usd < 1) return `$${usd.toFixed(3)}`;
  return `$${usd.toFixed(2)}`;
}

export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < BYTE_UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${BYTE_UNITS[unit]}`;
}

/** A share of a whole: `0 %`, `<0.1 %`, `3.2 %`, `48 %`. */
export function formatShare(part: number, whole: number): string {
  if (whole <= 0 || part <= 0) return "0 %";
  const percent = (part / whole) * 100;
  if (percent < 0.1) return "<0.1 %";
  return `${percent < 10 ? percent.toFixed(1).replace(/\.0$/, "") : percent.toFixed(0)} %`;
}

/** `1 span`, `2 spans`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
