/** The time zone in which the page shows and reads times: the browser's own, or UTC. One for the whole page. */

export const ZONES = ["local", "utc"] as const;

export type Zone = (typeof ZONES)[number];

let chosen: Zone = "local";

export function chosenZone(): Zone {
  return chosen;
}

/** What is formatted from now on is in this zone. `state/time-zone.ts` calls it, and has the page drawn anew. */
export function chooseZone(zone: Zone): void {
  chosen = zone;
}

/** What `Intl` takes; undefined is the browser's own. */
export function intlZone(zone: Zone = chosen): string | undefined {
  return zone === "utc" ? "UTC" : undefined;
}

/** The zone's offset at a time: `UTC`, `UTC+1`, `UTC+5:30`. */
export function zoneName(timeMs: number, zone: Zone = chosen): string {
  if (zone === "utc") return "UTC";
  const minutes = -new Date(timeMs).getTimezoneOffset();
  if (minutes === 0 || Number.isNaN(minutes)) return "UTC";
  const size = Math.abs(minutes);
  const rest = size % 60 === 0 ? "" : `:${String(size % 60).padStart(2, "0")}`;
  return `UTC${minutes < 0 ? "−" : "+"}${Math.floor(size / 60)}${rest}`;
}

/** The browser's zone as people call it: `Europe/Berlin`. */
function localZoneName(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Both zones with the name that a choice shows: `Europe/Berlin, UTC+1`. */
export function zoneChoices(nowMs = Date.now()): { value: Zone; label: string }[] {
  return [
    { value: "local", label: `${localZoneName()}, ${zoneName(nowMs, "local")}` },
    { value: "utc", label: "UTC" },
  ];
}

/** A time as a person types it, in the chosen zone: `2026-11-21 03:17`, with seconds when there are any. */
export function toZoneInput(iso: string): string {
  const time = Date.parse(iso);
  if (Number.isNaN(time)) return "";
  const offset = chosen === "utc" ? 0 : new Date(time).getTimezoneOffset();
  const text = new Date(time - offset * 60_000).toISOString().slice(0, 19).replace("T", " ");
  return text.replace(/:00$/, "");
}

/** `2026-11-21`, `2026-11-21 03:17`, `2026-11-21T03:17:42.5`; a zone behind it, such as `Z`, holds instead of the chosen one. */
const TYPED = /^(\d{4}-\d{2}-\d{2})(?:[T ]+(\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?))?\s*(Z|UTC|[+-]\d{2}:\d{2})?$/i;

/** RFC 3339 of a typed time, read in the chosen zone; undefined when it is no time. */
export function fromZoneInput(text: string): string | undefined {
  const [, day, clock = "00:00", zone] = TYPED.exec(text.trim()) ?? [];
  if (day === undefined) return undefined;
  const suffix = zone?.replace(/^utc$/i, "Z") ?? (chosen === "utc" ? "Z" : "");
  const time = Date.parse(`${day}T${clock}${suffix}`);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}
