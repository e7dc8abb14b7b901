import { describe, expect, it } from "vitest";
import { attributeLine, bodyLine, recordKey } from "./log-text";
import type { LogRecord } from "./logs-query";

const record: LogRecord = {
  trace_id: "a".repeat(32),
  span_id: "b".repeat(16),
  service: "shop",
  time: "2026-11-21T09:00:00Z",
  time_unix_nano: "1795251600000000000",
  observed_time_unix_nano: "1795251600000000001",
  severity: "warn",
  severity_number: 13,
  severity_text: "WARN",
  event_name: null,
  body: "first\nsecond   line",
  attributes: { a: 1 },
  dropped_attributes_count: 0,
  flags: 0,
  resource: { attributes: {}, dropped_attributes_count: 0, schema_url: "", entity_refs: [] },
  scope: { name: "", version: "", attributes: {}, dropped_attributes_count: 0, schema_url: "" },
  received_at: "2026-11-21T09:00:01Z",
} as unknown as LogRecord;

describe("bodyLine", () => {
  /** Lines become one; the words inside an event's body are found; anything else is JSON; huge bodies are cut. */
  it("says what a record says", () => {
    expect(bodyLine(record)).toBe("first second line");
    expect(bodyLine({ body: { index: 0, message: { role: "assistant", content: "hello" } } })).toBe("hello");
    expect(bodyLine({ body: { a: [1] } })).toBe('{"a":[1]}');
    expect(bodyLine({ body: null })).toBe("");
    expect(bodyLine({ body: 0 })).toBe("0");
    expect(bodyLine({ body: "x".repeat(5_000) }).length).toBeLessThan(410);
  });
});

describe("attributeLine", () => {
  /** A few attributes stand for the rest. */
  it("shows the first attributes", () => {
    expect(attributeLine({ attributes: { a: 1, b: "x\ny" } })).toBe("a=1  b=x y");
    expect(attributeLine({ attributes: { a: 1, b: 2, c: 3, d: 4, e: 5 } })).toMatch(/d=4 {2}…$/);
  });
});

describe("recordKey", () => {
  /** The same record has the same key at every poll; another at the same time has another. */
  it("tells records apart", () => {
    expect(recordKey({ ...record })).toBe(recordKey(record));
    expect(recordKey({ ...record, body: "other" })).not.toBe(recordKey(record));
    expect(recordKey({ ...record, time_unix_nano: "0" })).toMatch(/^1795251600000000001-/);
  });
});
