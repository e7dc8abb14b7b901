import { describe, expect, it } from "vitest";
import { stacked } from "./stack";

describe("stacked", () => {
  /** The first series is drawn to the whole height, the last one in front to its own; nothing is no bar. */
  it("sums from the last series up", () => {
    expect(
      stacked([
        [5, 0, null],
        [2, 3, null],
      ]),
    ).toEqual([
      [7, 3, null],
      [2, 3, null],
    ]);
  });
});
