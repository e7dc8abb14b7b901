import { parseSearchWith, stringifySearchWith } from "@tanstack/react-router";
import { describe, expect, it } from "vitest";
import { parseSearchValue } from "./search-value";

const parse = parseSearchWith(parseSearchValue);
const stringify = stringifySearchWith(JSON.stringify, parseSearchValue);

describe("values of an address", () => {
  /** Scenario: ids that look like numbers, and values that are some. Guarantee: reading and writing them changes nothing. */
  it("are written as they were read", () => {
    for (const text of ["1e5", "0123", "12345678901234567890", "-0", "42", "true", "1nD7Wtoq8c5OBNy791WoJ"]) {
      expect(stringify(parse(`?id=${text}`))).toBe(`?id=${text}`);
    }
    expect(parse("?id=42")).toEqual({ id: 42 });
    expect(parse("?id=1e5")).toEqual({ id: "1e5" });
  });
});
