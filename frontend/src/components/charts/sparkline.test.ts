import { describe, expect, it } from "vitest";
import { barsPath } from "./sparkline";

describe("barsPath", () => {
  /** The largest value has all of the height, a small one can still be seen, and nothing is drawn for zero. */
  it("draws one bar for each value", () => {
    expect(barsPath([0, 1000, 1])).toBe("M32 20v-20h31.5v20zM64 20v-1h31.5v1z");
    expect(barsPath([0, 0])).toBe("");
    expect(barsPath([])).toBe("");
  });
});
