import { describe, expect, it } from "vitest";
import { readChain, stepOf, writeChain } from "./chain";

describe("a chain", () => {
  const links = [{ traceId: "1" }, { traceId: "2", spanId: "s" }, { traceId: "3" }];

  /** What is written is read again, and damage leaves what is whole. */
  it("stands in the address", () => {
    expect(writeChain(links)).toBe("1,2~s,3");
    expect(readChain("1,2~s,3")).toEqual(links);
    expect(readChain("1,,~s,3")).toEqual([{ traceId: "1" }, { traceId: "3" }]);
    expect(readChain(undefined)).toEqual([]);
  });

  /** The step is the one whose two sides are compared; sides of one's own choice are none. */
  it("knows its step", () => {
    expect(stepOf(links, { a: "1", b: "2", bspan: "s" })).toBe(0);
    expect(stepOf(links, { a: "2", aspan: "s", b: "3" })).toBe(1);
    expect(stepOf(links, { a: "1", b: "3" })).toBe(-1);
  });
});
