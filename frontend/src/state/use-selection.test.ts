import { describe, expect, it } from "vitest";
import { toggled } from "./use-selection";

const LISTED = ["a", "b", "c", "d"];

describe("choosing rows", () => {
  /** One row at a time goes in and out. */
  it("toggles", () => {
    expect([...toggled(new Set(), LISTED, "b", undefined)]).toEqual(["b"]);
    expect([...toggled(new Set(["a", "b"]), LISTED, "b", undefined)]).toEqual(["a"]);
  });

  /** All rows of a range get the state of the one that was clicked, in either direction; an end that is gone is no end. */
  it("takes ranges", () => {
    expect([...toggled(new Set(["a"]), LISTED, "c", "a")].sort()).toEqual(["a", "b", "c"]);
    expect([...toggled(new Set(["d"]), LISTED, "b", "d")].sort()).toEqual(["b", "c", "d"]);
    expect([...toggled(new Set(LISTED), LISTED, "b", "c")].sort()).toEqual(["a", "d"]);
    expect([...toggled(new Set(), LISTED, "b", "gone")]).toEqual(["b"]);
  });
});
