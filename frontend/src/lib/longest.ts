/** The scale of duration bars in a list. */
import { nanosToNumber } from "./format/duration";

/** Longest duration rounded up to a power of two, so that bars do not jump with every new row. */
export function longestNanos(rows: readonly { duration_ns: string }[]): number {
  const longest = rows.reduce((max, row) => Math.max(max, nanosToNumber(row.duration_ns)), 1);
  return 2 ** Math.ceil(Math.log2(longest));
}
