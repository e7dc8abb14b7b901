/** Stacked bars: each series is drawn up to the sum of itself and those after it, the last one in front. Pure. */
export function stacked(series: readonly (readonly (number | null)[])[]): (number | null)[][] {
  const sums: number[] = [];
  const result: (number | null)[][] = [];
  for (const values of series.toReversed()) {
    const line = values.map((value, index) => {
      sums[index] = (sums[index] ?? 0) + (value ?? 0);
      return sums[index] === 0 ? null : (sums[index] ?? null);
    });
    result.unshift(line);
  }
  return result;
}
