/** Durations for people. Input is nanoseconds: exact decimal strings from the API, or numbers inside a trace. */

const MICRO = 1_000;
const MILLI = 1_000_000;
const SECOND = 1_000_000_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Nanoseconds as a number. Exact to 104 days, which is far more than the three digits we show. */
export function nanosToNumber(nanos: string): number {
  const value = Number(nanos);
  return Number.isFinite(value) ? value : 0;
}

/** Three significant digits with a fitting unit: `840 µs`, `12.4 ms`, `3.02 s`, `2 m 05 s`, `1 h 04 m`. */
export function formatDuration(nanos: number): string {
  if (!Number.isFinite(nanos)) return "–";
  if (nanos < 0) return `−${formatDuration(-nanos)}`;
  if (nanos < MICRO) return `${Math.round(nanos)} ns`;
  if (nanos < 999.5 * MICRO) return `${threeDigits(nanos / MICRO)} µs`;
  if (nanos < 999.5 * MILLI) return `${threeDigits(nanos / MILLI)} ms`;
  if (nanos < 59.95 * SECOND) return `${threeDigits(nanos / SECOND)} s`;
  const seconds = Math.round(nanos / SECOND);
  if (nanos < HOUR) return `${Math.floor(seconds / 60)} m ${pad(seconds % 60)} s`;
  const minutes = Math.round(nanos / MINUTE);
  if (nanos < DAY) return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} m`;
  const hours = Math.round(nanos / HOUR);
  return `${Math.floor(hours / 24)} d ${pad(hours % 24)} h`;
}

function threeDigits(value: number): string {
  if (value >= 99.95) return value.toFixed(0);
  if (value >= 9.995) return trimZeros(value.toFixed(1));
  return trimZeros(value.toFixed(2));
}

function trimZeros(text: string): string {
  return text.replace(/\.?0+$/, "");
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}

/**
 * Nothing rounded off: `1 h 02 m 03.456 s`, `12.345678 ms`. For cards and tooltips beside the short form.
 */
export function formatDurationExact(nanos: number): string {
  if (!Number.isFinite(nanos)) return "–";
  if (nanos < 0) return `−${formatDurationExact(-nanos)}`;
  if (nanos < MICRO) return `${Math.round(nanos)} ns`;
  if (nanos < MILLI) return `${places(nanos, MICRO)} µs`;
  if (nanos < SECOND) return `${places(nanos, MILLI)} ms`;
  const days = Math.floor(nanos / DAY);
  const hours = Math.floor((nanos % DAY) / HOUR);
  const minutes = Math.floor((nanos % HOUR) / MINUTE);
  const parts = [
    ...(days > 0 ? [`${days} d`] : []),
    ...(nanos >= HOUR ? [`${days > 0 ? pad(hours) : hours} h`] : []),
    ...(nanos >= MINUTE ? [`${nanos >= HOUR ? pad(minutes) : minutes} m`] : []),
    `${places(nanos % MINUTE, SECOND, nanos >= MINUTE)} s`,
  ];
  return parts.join(" ");
}

/** Exact decimal of nanoseconds in a unit; a power of ten, so that the digits are those of the number. */
function places(nanos: number, unit: number, padded = false): string {
  const whole = Math.floor(nanos / unit);
  const fraction = String(Math.round(nanos - whole * unit)).padStart(String(unit).length - 1, "0");
  const digits = fraction.replace(/0+$/, "");
  return `${padded ? pad(whole) : whole}${digits === "" ? "" : `.${digits}`}`;
}
