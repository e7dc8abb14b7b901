import { describe, expect, it } from "vitest";
import { leastWidth, nextSort } from "./data-columns";

describe("columns", () => {
  /** A first click gives the column's own direction, the next one turns it. */
  it("are ordered by clicks", () => {
    expect(nextSort(undefined, "cost", "desc")).toEqual({ column: "cost", direction: "desc" });
    expect(nextSort({ column: "cost", direction: "desc" }, "cost", "desc").direction).toBe("asc");
    expect(nextSort({ column: "cost", direction: "asc" }, "name", "asc").direction).toBe("asc");
  });

  /** The table scrolls sideways below the sum of what its columns need, with gaps and padding. */
  it("know how narrow they get", () => {
    expect(leastWidth(["minmax(220px,2fr)", "96px"])).toBe(220 + 96 + 16 + 32);
    expect(leastWidth([])).toBe(32);
  });
});
