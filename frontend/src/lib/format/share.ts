/** Shares of a whole, and changes of an amount. */

/** `0 %`, `<0.1 %`, `3.2 %`, `48 %`: nothing that happened shows as zero. */
export function formatShare(part: number, whole: number): string {
  if (whole <= 0 || part <= 0) return "0 %";
  const percent = (part / whole) * 100;
  if (percent < 0.1) return "<0.1 %";
  return `${percent < 10 ? percent.toFixed(1).replace(/\.0$/, "") : percent.toFixed(0)} %`;
}

/** How an amount changed, from its ratio to the one before: `=`, `+12 %`, `−40 %`, `×12`. */
export function formatChange(ratio: number): string {
  if (ratio >= 10) return `×${ratio.toFixed(0)}`;
  const percent = Math.round((ratio - 1) * 100);
  return percent === 0 ? "=" : `${percent > 0 ? "+" : "−"}${Math.abs(percent)} %`;
}
