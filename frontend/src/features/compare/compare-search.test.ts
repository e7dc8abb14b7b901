import { describe, expect, it } from "vitest";
import { CHAIN_MAX, chainOf, compareOf, compareSearch } from "./compare-search";

const id = (digit: number) => String(digit).repeat(32);

describe("chainOf", () => {
  /** Ids come from lists, from hand-written links and from a clipboard: what is no id is left out, and none comes twice. */
  it("keeps what can be a trace, once", () => {
    expect(chainOf(`${id(1)},${id(2)},nonsense,,${id(1)}`)).toEqual([id(1), id(2)]);
    expect(chainOf(undefined)).toEqual([]);
  });

  /** A link with hundreds of ids must not load hundreds of traces. */
  it("takes no more than fit", () => {
    const many = Array.from({ length: 20 }, (_, place) => place.toString(16).padStart(32, "a"));
    expect(chainOf(many.join(","))).toHaveLength(CHAIN_MAX);
  });
});

describe("compareOf", () => {
  /** One or two ids are sides; more are a chain, and reading it gives the same ids. */
  it("writes what the page reads", () => {
    expect(compareOf([id(1)])).toEqual({ a: id(1) });
    expect(compareOf([id(1), id(2)])).toEqual({ a: id(1), b: id(2) });
    const three = [id(1), id(2), id(3)];
    expect(chainOf(compareSearch.parse(compareOf(three)).ids)).toEqual(three);
  });

  /** Addresses from before keep their meaning. */
  it("reads two sides and ignores what it does not know", () => {
    const search = compareSearch.parse({ a: id(1), b: id(2), against: "best" });
    expect([search.a, search.b, search.against]).toEqual([id(1), id(2), undefined]);
  });
});
