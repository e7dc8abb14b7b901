import { describe, expect, it } from "vitest";
import { inline, isChanged, stateRows, valueAt } from "./state-rows";

const NONE: ReadonlySet<string> = new Set();
const state = { items: [{ sku: "a/b", count: 2 }], "odd~key/": 1, customer: null };

describe("stateRows", () => {
  /** Rows carry RFC 6901 pointers, and the way to a change is unfolded. */
  it("unfolds the way to what changed", () => {
    const { rows } = stateRows(state, new Set(["/items/0/count"]), NONE);
    expect(rows.map(({ pointer }) => pointer)).toEqual([
      "/items",
      "/items/0",
      "/items/0/sku",
      "/items/0/count",
      "/odd~0key~1",
      "/customer",
    ]);
  });

  /** Folding by hand turns around what a part would do by itself. */
  it("respects folding by hand", () => {
    const { rows } = stateRows(state, NONE, new Set(["/items"]));
    expect(rows.find(({ pointer }) => pointer === "/items")?.isOpen).toBe(false);
  });

  /** A huge state is cut, and says so. */
  it("bounds the rows", () => {
    const { rows, complete } = stateRows(
      Array.from({ length: 5_000 }, (_, index) => index),
      NONE,
      NONE,
    );
    expect(rows.length).toBe(2_000);
    expect(complete).toBe(false);
  });
});

describe("pointers", () => {
  /** A part counts as changed when anything around it was replaced. */
  it("knows what a change covers", () => {
    expect(isChanged("/items/0/count", new Set(["/items/0"]))).toBe(true);
    expect(isChanged("/items", new Set(["/items/0"]))).toBe(false);
    expect(isChanged("/customer", new Set([""]))).toBe(true);
  });

  /** Values are found by pointer; what is not there is told from null. */
  it("finds values", () => {
    expect(valueAt(state, "/items/0/sku")).toEqual({ found: true, value: "a/b" });
    expect(valueAt(state, "/odd~0key~1")).toEqual({ found: true, value: 1 });
    expect(valueAt(state, "/customer")).toEqual({ found: true, value: null });
    expect(valueAt(state, "/items/1")).toEqual({ found: false, value: undefined });
    expect(inline({ int: "9007199254740993" })).toBe("9007199254740993");
  });
});
