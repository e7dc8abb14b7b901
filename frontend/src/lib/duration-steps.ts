/** Round distances for marks on an axis of durations: powers of ten below a second, then seconds, minutes, hours and days. */

const SECOND = 1e9;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const below = [0, 1, 2, 3, 4, 5, 6, 7, 8].flatMap((power) => [1, 2, 5].map((step) => step * 10 ** power));
const SIXTIETHS = [1, 2, 5, 10, 15, 30];

/** In nanoseconds, ascending, from 1 ns to 30 days. */
export const DURATION_STEPS: readonly number[] = [
  ...below,
  ...SIXTIETHS.map((count) => count * SECOND),
  ...SIXTIETHS.map((count) => count * MINUTE),
  ...[1, 2, 6, 12].map((count) => count * HOUR),
  ...SIXTIETHS.map((count) => count * DAY),
];

/** The shortest round step that is at least as long; beyond the last one its multiples. */
export function roundStep(nanos: number): number {
  const last = DURATION_STEPS.at(-1) ?? 1;
  return DURATION_STEPS.find((step) => step >= nanos) ?? Math.ceil(nanos / last) * last;
}

/** Marks of a logarithmic axis: a tenth and ten of a unit, and the units that people count in. In nanoseconds. */
export const DURATION_MARKS: readonly number[] = [
  ...[0, 1, 2, 3, 4, 5, 6, 7, 8].map((power) => 10 ** power),
  ...[1, 10].flatMap((count) => [count * SECOND, count * MINUTE, count * HOUR]),
  ...[1, 10, 100].map((count) => count * DAY),
].sort((a, b) => a - b);
