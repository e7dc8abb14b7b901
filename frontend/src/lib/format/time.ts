/** Points in time for people: relative in lists, exact on hover. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const clock = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const day = new Intl.DateTimeFormat(undefined, { year: "numeric", month: "short", day: "numeric" });
const shortDay = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" });

/** `now`, `12 s ago`, `5 min ago`, `3 h ago`, then the date. */
export function formatAge(iso: string, nowMs: number): string {
  const time = Date.parse(iso);
  if (Number.isNaN(time)) return "–";
  const age = nowMs - time;
  if (age < 2 * SECOND) return "now";
  if (age < MINUTE) return `${Math.floor(age / SECOND)} s ago`;
  if (age < HOUR) return `${Math.floor(age / MINUTE)} min ago`;
  if (age < DAY) return `${Math.floor(age / HOUR)} h ago`;
  if (age < 30 * DAY) return `${Math.floor(age / DAY)} d ago`;
  return day.format(time);
}

/** Local date and time with milliseconds: `Nov 21, 2026, 03:17:42.120`. */
export function formatExact(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  return `${day.format(time)}, ${clock.format(time)}.${String(time.getMilliseconds()).padStart(3, "0")}`;
}

/** Local time of day with milliseconds, and the day before it when that is not today: `Nov 20 14:03:22.120`. */
export function formatClock(iso: string, nowMs = Date.now()): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  const exact = `${clock.format(time)}.${String(time.getMilliseconds()).padStart(3, "0")}`;
  return day.format(time) === day.format(nowMs) ? exact : `${shortDay.format(time)} ${exact}`;
}

/** `Nov 21` */
export function formatDay(iso: string): string {
  return shortDay.format(new Date(iso));
}

/** Exact RFC 3339 UTC text with all nine digits, from Unix nanoseconds. */
export function nanosToIso(unixNanos: string): string {
  let nanos: bigint;
  try {
    nanos = BigInt(unixNanos);
  } catch {
    return unixNanos;
  }
  const seconds = nanos / 1_000_000_000n;
  const fraction = nanos - seconds * 1_000_000_000n;
  const date = new Date(Number(seconds) * 1_000);
  if (Number.isNaN(date.getTime()) || fraction < 0n) return unixNanos;
  return `${date.toISOString().slice(0, 19)}.${String(fraction).padStart(9, "0")}Z`;
}
