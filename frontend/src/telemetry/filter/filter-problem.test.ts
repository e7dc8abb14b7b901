import { describe, expect, it } from "vitest";
import { ApiProblem } from "@/lib/api/problem";
import { corrected, filterProblem } from "./filter-problem";

const problem = (error: object) =>
  new ApiProblem(400, "Bad Request", { errors: [{ field: "filter", message: "no", ...error }] });

describe("a filter that cannot be read", () => {
  /** The place is counted in characters by the server and in UTF-16 units here. */
  it("is marked at its place", () => {
    const found = filterProblem(problem({ offset: 9, length: 3, suggestion: "and" }), '"🙂🙂" = x adn');
    expect(found).toMatchObject({ from: 11, to: 14 });
    expect(filterProblem(problem({}), "abc")).toMatchObject({ from: 0, to: 3 });
    expect(filterProblem(problem({ offset: 90, length: 3 }), "abc")).toMatchObject({ from: 3, to: 3 });
  });

  /** Other errors, and errors of other fields, are shown as such. */
  it("is told from other failures", () => {
    expect(filterProblem(new ApiProblem(500, "Broken"), "a")).toBeUndefined();
    expect(filterProblem(problem({ field: "cursor" }), "a")).toBeUndefined();
    expect(filterProblem(problem({}), undefined)).toBeUndefined();
  });

  /** The suggestion takes the place of what is wrong, and nothing else. */
  it("is corrected", () => {
    const found = filterProblem(problem({ offset: 0, length: 8, suggestion: "duration_ms" }), "duration > 3");
    expect(found && corrected("duration > 3", found)).toBe("duration_ms > 3");
  });
});
