/** What a log record says in one line, and what tells it from others. Pure. */
import { jsonEntries, toText } from "@/lib/json";
import type { LogRecord } from "./logs-query";

const LINE_CHARACTERS = 400;
const ATTRIBUTES_SHOWN = 4;
const VALUE_CHARACTERS = 60;
/** Where events of the known vocabularies keep their words. */
const TEXT_KEYS = ["message", "msg", "content", "text", "body"];

/** The record's words in one line: its body, the text inside it, or nothing. */
export function bodyLine(record: Pick<LogRecord, "body">): string {
  return oneLine(textIn(record.body), LINE_CHARACTERS);
}

/** The first attributes as `key=value`, for a record that has little else to say. */
export function attributeLine(record: Pick<LogRecord, "attributes">): string {
  const entries = Object.entries(record.attributes);
  const shown = entries
    .slice(0, ATTRIBUTES_SHOWN)
    .map(
      ([key, value]) =>
        `${key}=${oneLine(typeof value === "string" ? value : compact(value), VALUE_CHARACTERS)}`,
    );
  return `${shown.join("  ")}${entries.length > ATTRIBUTES_SHOWN ? "  …" : ""}`;
}

/** Equal records are stored once, so their content is their identity. */
export function recordKey(record: LogRecord): string {
  return `${record.time_unix_nano === "0" ? record.observed_time_unix_nano : record.time_unix_nano}-${hash(
    JSON.stringify([
      record.trace_id,
      record.span_id,
      record.service,
      record.severity_number,
      record.event_name,
      record.body,
      record.attributes,
    ]),
  )}`;
}

function textIn(body: unknown): string {
  if (body === null || body === undefined) return "";
  if (typeof body !== "object") return String(body);
  const entries = new Map(jsonEntries(body));
  for (const key of TEXT_KEYS) {
    const value = entries.get(key);
    if (typeof value === "string" && value !== "") return value;
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      const inner = textIn(value);
      if (inner !== "") return inner;
    }
  }
  return compact(body);
}

function compact(value: unknown): string {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : toText(value);
}

function oneLine(text: string, characters: number): string {
  const line = text
    .slice(0, characters * 2)
    .replace(/\s+/g, " ")
    .trim();
  return line.length > characters ? `${line.slice(0, characters)}…` : line;
}

/** FNV-1a, 32 bits: short enough for a URL, and a list has few records at one nanosecond. */
function hash(text: string): string {
  let state = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
  }
  return (state >>> 0).toString(36);
}
