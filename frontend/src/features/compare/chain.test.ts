import { describe, expect, it } from "vitest";
import { buildTrace } from "@/telemetry/trace/build-trace";
import { span } from "@/testing/spans";
import { formatChange, shareOf, structureChange, total } from "./chain";

describe("structureChange", () => {
  /** A version with a second search and without a check: what came and what went is named and counted. */
  it("names the spans that came and went", () => {
    const before = buildTrace([
      span("a0", null, 0, 100, { name: "run" }),
      span("a1", "a0", 1, 10, { name: "search" }),
      span("a2", "a0", 20, 10, { name: "check" }),
    ]);
    const after = buildTrace([
      span("b0", null, 0, 100, { name: "run" }),
      span("b1", "b0", 1, 10, { name: "search" }),
      span("b2", "b0", 20, 10, { name: "search" }),
      span("b3", "b0", 40, 10, { name: "search" }),
    ]);
    const change = structureChange(before, after);
    expect(change).toEqual({
      added: [{ name: "search", count: 2 }],
      removed: [{ name: "check", count: 1 }],
    });
    expect(total(change.added)).toBe(2);
  });
});

describe("shareOf", () => {
  /** Nothing is divided by zero or by what is unknown. */
  it("is null without a figure before", () => {
    expect([shareOf(null, 3), shareOf(3, null), shareOf(0, 3), shareOf(2, 3)]).toEqual([
      null,
      null,
      null,
      1.5,
    ]);
  });

  it("is written as a change", () => {
    expect([1.5, 0.9, 1, 14.2].map(formatChange)).toEqual(["+50 %", "−10 %", "=", "×14"]);
  });
});
