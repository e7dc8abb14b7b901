import { describe, expect, it } from "vitest";
import { exactInteger, hasContent, jsonEntries, jsonKind, parseJsonText, toText } from "./json";

describe("json values", () => {
  /** Integers beyond 2^53 keep every digit, and an attribute that merely looks similar stays an object. */
  it("recognises exact integers", () => {
    expect(exactInteger({ int: "9007199254740993123" })).toBe("9007199254740993123");
    expect(jsonKind({ int: "9007199254740993123" })).toBe("number");
    expect(exactInteger({ int: "12" })).toBeUndefined();
    expect(exactInteger({ int: "9007199254740993123", x: 1 })).toBeUndefined();
  });

  /** Only real JSON objects and arrays are unfolded; prose that starts with a bracket stays prose. */
  it("parses JSON text and leaves other text alone", () => {
    expect(parseJsonText('{"a":1}')).toEqual({ a: 1 });
    expect(parseJsonText("[not json]")).toBeUndefined();
    expect(parseJsonText("42")).toBeUndefined();
  });

  /** Whatever arrives can be listed and written. */
  it("lists children and writes text", () => {
    expect(jsonEntries(["a", "b"])).toEqual([
      ["0", "a"],
      ["1", "b"],
    ]);
    expect(jsonEntries("text")).toEqual([]);
    expect(toText({ a: 1 })).toBe('{\n  "a": 1\n}');
    expect(hasContent([])).toBe(false);
    expect(hasContent(0)).toBe(true);
  });
});
