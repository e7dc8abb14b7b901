import { describe, expect, it } from "vitest";
import { prettyJson } from "./pretty-json";

describe("prettyJson", () => {
  /** Scenario: JSON of each shape. Guarantee: the same lines that `JSON.stringify` makes of it. */
  it.each([
    { a: 1, b: [true, null, "x, y: {z}"], c: {}, d: [], e: { f: [[1], { g: '"q\\"' }] } },
    [],
    [{}],
    [[[]]],
    { "k:{}": -1.5e10 },
  ])("indents %j", (value) => {
    expect(prettyJson(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2));
  });

  /** Numbers beyond what JavaScript holds, and escapes, stay as they were sent. */
  it("changes no digit", () => {
    expect(prettyJson('{"id":12345678901234567890,"t":"\\u00e9"}')).toBe(
      '{\n  "id": 12345678901234567890,\n  "t": "\\u00e9"\n}',
    );
  });

  /** Words, numbers alone and JSON that was cut are not touched. */
  it.each(["words", "12", '{"a":', "[x]"])("leaves %s", (text) => expect(prettyJson(text)).toBeUndefined());
});
