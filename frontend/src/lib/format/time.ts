/** Points in time for people, on a 24-hour clock in the chosen zone: relative in lists, exact with the zone's name elsewhere. */
import { chosenZone, intlZone, type Zone, zoneName } from "./zone";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A sender's clock that is so far ahead is wrong; less is the time that a message takes, and clocks that drift. */
const AHEAD_MS_MIN = 5 * SECOND;

const PARTS = {
  clock: { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" },
  minute: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  day: { year: "numeric", month: "short", day: "numeric" },
  shortDay: { month: "short", day: "numeric" },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

type Part = keyof typeof PARTS;

/** Making a formatter costs much more than using one. */
const made = new Map<string, Intl.DateTimeFormat>();

function show(part: Part, timeMs: number, zone: Zone = chosenZone()): string {
  const key = `${part} ${zone}`;
  let formatter = made.get(key);
  if (!formatter) {
    const timeZone = intlZone(zone);
    formatter = new Intl.DateTimeFormat("en-US", { ...PARTS[part], ...(timeZone ? { timeZone } : {}) });
    made.set(key, formatter);
  }
  return formatter.format(timeMs);
}

/** `in 24 h` for a clock that is ahead, `now`, `12 s ago`, `5 min ago`, `3 h ago`, `2 d ago`, then the date. */
export function formatAge(iso: string, nowMs: number): string {
  const time = Date.parse(iso);
  if (Number.isNaN(time)) return "–";
  const age = nowMs - time;
  if (-age >= AHEAD_MS_MIN) return -age < 30 * DAY ? `in ${distance(-age)}` : show("day", time);
  if (age < 2 * SECOND) return "now";
  return age < 30 * DAY ? `${distance(age)} ago` : show("day", time);
}

function distance(millis: number): string {
  if (millis < MINUTE) return `${Math.floor(millis / SECOND)} s`;
  if (millis < HOUR) return `${Math.floor(millis / MINUTE)} min`;
  if (millis < DAY) return `${Math.floor(millis / HOUR)} h`;
  return `${Math.floor(millis / DAY)} d`;
}

/** It happened later than now, which only a wrong clock can say. */
export function isAhead(iso: string, nowMs: number): boolean {
  return Date.parse(iso) - nowMs >= AHEAD_MS_MIN;
}

/** Date and time with milliseconds and zone: `Nov 21, 2026, 03:17:42.120 UTC+1`. */
export function formatExact(iso: string): string {
  const time = Date.parse(iso);
  if (Number.isNaN(time)) return iso;
  return `${show("day", time)}, ${show("clock", time)}.${millisOf(time)} ${zoneName(time)}`;
}

/** To the second, for what a person or the server set: `Nov 21, 2026, 03:17:42 UTC+1`. */
export function formatMoment(iso: string): string {
  const time = Date.parse(iso);
  if (Number.isNaN(time)) return iso;
  return `${show("day", time)}, ${show("clock", time)} ${zoneName(time)}`;
}

/** All nine digits, from Unix nanoseconds: `Nov 21, 2026, 03:17:42.120456789 UTC+1`. */
export function formatExactNanos(unixNanos: string): string {
  const iso = nanosToIso(unixNanos);
  const time = Date.parse(iso);
  const fraction = /\.(\d{9})Z$/.exec(iso)?.[1];
  if (Number.isNaN(time) || fraction === undefined) return unixNanos;
  return `${show("day", time)}, ${show("clock", time)}.${fraction} ${zoneName(time)}`;
}

/** Time of day with milliseconds, and the day before it when that is not today: `Nov 20 14:03:22.120`. */
export function formatClock(iso: string, nowMs = Date.now()): string {
  const time = Date.parse(iso);
  if (Number.isNaN(time)) return iso;
  const exact = `${show("clock", time)}.${millisOf(time)}`;
  return show("day", time) === show("day", nowMs) ? exact : `${show("shortDay", time)} ${exact}`;
}

/** `Nov 21` */
export function formatDay(iso: string): string {
  const time = Date.parse(iso);
  return Number.isNaN(time) ? iso : show("shortDay", time);
}

/**
 * A window of time with its zone, no longer than it must be: `Nov 29, 05:34 – 13:59 UTC`, `Nov 28, 22:00 – Nov 29, 02:00 UTC+1`.
 * The year shows when it is not this one, seconds when there are any. Ends that are left out are `start` and `now`.
 */
export function formatWindow(from: string | undefined, to: string | undefined, nowMs = Date.now()): string {
  const start = from === undefined ? Number.NaN : Date.parse(from);
  const end = to === undefined ? Number.NaN : Date.parse(to);
  const ends = [start, end].filter((time) => !Number.isNaN(time));
  const year = (time: number) => show("day", time).slice(-4);
  const dayPart: Part = ends.every((time) => year(time) === year(nowMs)) ? "shortDay" : "day";
  const clockPart: Part = ends.some((time) => time % MINUTE >= SECOND) ? "clock" : "minute";
  const stamp = (time: number) => `${show(dayPart, time)}, ${show(clockPart, time)}`;
  const last = ends.at(-1);
  const zone = last === undefined ? "" : ` ${zoneName(last)}`;
  const sameDay = !Number.isNaN(start) && !Number.isNaN(end) && show("day", start) === show("day", end);
  const first = Number.isNaN(start) ? "start" : stamp(start);
  if (Number.isNaN(end)) return `${first}${zone} – now`;
  return `${first} – ${sameDay ? show(clockPart, end) : stamp(end)}${zone}`;
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

function millisOf(timeMs: number): string {
  return String(timeMs - Math.floor(timeMs / SECOND) * SECOND).padStart(3, "0");
}
