/** The part of the trace's time that the waterfall shows; kept in the URL as `start-end` in microseconds. Pure. */

export interface TimeWindow {
  startNanos: number;
  endNanos: number;
}

const MICRO = 1_000;
/** Shortest window that zooming leads to. */
const WINDOW_NANOS_MIN = 1_000;

export function parseWindow(text: string | undefined, totalNanos: number): TimeWindow {
  const match = /^(\d{1,15})-(\d{1,15})$/.exec(text ?? "");
  const whole = { startNanos: 0, endNanos: totalNanos };
  if (!match) return whole;
  const startNanos = Math.min(Number(match[1]) * MICRO, totalNanos);
  const endNanos = Math.min(Number(match[2]) * MICRO, totalNanos);
  return endNanos - startNanos < WINDOW_NANOS_MIN ? whole : { startNanos, endNanos };
}

/** Undefined for the whole trace, so that the URL stays short. */
export function writeWindow(window: TimeWindow, totalNanos: number): string | undefined {
  const start = Math.max(0, Math.floor(window.startNanos / MICRO));
  const end = Math.ceil(Math.min(window.endNanos, totalNanos) / MICRO);
  if (start <= 0 && end * MICRO >= totalNanos) return undefined;
  return end - start < 1 ? undefined : `${start}-${end}`;
}

/** Where a span is inside the window, in percent; undefined when it is outside. */
export function placeInWindow(
  { startNanos, endNanos }: TimeWindow,
  offset: number,
  duration: number,
): { left: number; width: number } | undefined {
  const length = endNanos - startNanos;
  if (length <= 0) return { left: 0, width: 100 };
  if (offset > endNanos || offset + duration < startNanos) return undefined;
  const left = Math.max(0, ((offset - startNanos) / length) * 100);
  const right = Math.min(100, ((offset + duration - startNanos) / length) * 100);
  return { left, width: Math.max(0, right - left) };
}
