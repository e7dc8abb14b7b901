import { describe, expect, it } from "vitest";
import { buildTrace } from "@/telemetry/trace/build-trace";
import { span } from "@/testing/spans";
import { align, differenceOf, isNotable } from "./align";

const a = buildTrace([
  span("a0", null, 0, 100, { name: "run" }),
  span("a1", "a0", 1, 10, { name: "start" }),
  span("a2", "a0", 11, 20, { name: "work" }),
  span("a3", "a2", 12, 5, { name: "call" }),
  span("a4", "a0", 40, 10, { name: "end" }),
]);
const b = buildTrace([
  span("b0", null, 0, 200, { name: "run" }),
  span("b1", "b0", 1, 10, { name: "start" }),
  span("b2", "b0", 11, 20, { name: "work", status: "error" }),
  span("b3", "b0", 31, 20, { name: "work" }),
  span("b4", "b3", 32, 5, { name: "call" }),
  span("b5", "b0", 60, 10, { name: "end" }),
]);

const names = (rows: ReturnType<typeof align>) =>
  rows.map((row) => [a.spans[row.a]?.span_id ?? null, b.spans[row.b]?.span_id ?? null, row.depth]);

describe("align", () => {
  /** A further round of a loop stands alone; what comes after it is matched again. */
  it("matches siblings in order", () => {
    expect(names(align(a, b, -1, -1))).toEqual([
      ["a0", "b0", 0],
      ["a1", "b1", 1],
      ["a2", "b2", 1],
      ["a3", null, 2],
      [null, "b3", 1],
      [null, "b4", 2],
      ["a4", "b5", 1],
    ]);
  });

  /** Two spans are compared with what is below them, whatever they are called. */
  it("starts at chosen spans", () => {
    expect(names(align(a, b, 2, 3))).toEqual([
      ["a2", "b3", 0],
      ["a3", "b4", 1],
    ]);
  });

  /** Every span of both sides is in exactly one row, also for lists that are matched greedily. */
  it("loses nothing", () => {
    const many = (prefix: string, shift: number) =>
      buildTrace(
        Array.from({ length: 800 }, (_, index) =>
          span(`${prefix}${index}`, index === 0 ? null : `${prefix}0`, index, 1, {
            name: index === 0 ? "root" : `step ${(index + shift) % 13}`,
          }),
        ),
      );
    const [left, right] = [many("l", 0), many("r", 5)];
    const rows = align(left, right, -1, -1);
    expect(rows.filter((row) => row.a >= 0)).toHaveLength(800);
    expect(rows.filter((row) => row.b >= 0)).toHaveLength(800);
    expect(rows.some((row) => row.a >= 0 && row.b >= 0)).toBe(true);
  });
});

describe("differenceOf", () => {
  /** Twice as long and another status are worth a look; the same is not. */
  it("tells what differs", () => {
    expect(isNotable(differenceOf(a, b, { a: 0, b: 0, depth: 0 }))).toBe(true);
    expect(isNotable(differenceOf(a, b, { a: 2, b: 2, depth: 1 }))).toBe(true);
    expect(isNotable(differenceOf(a, b, { a: 1, b: 1, depth: 1 }))).toBe(false);
    expect(differenceOf(a, b, { a: -1, b: 3, depth: 1 }).kind).toBe("only_b");
  });
});
