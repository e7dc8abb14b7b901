import { describe, expect, it } from "vitest";
import { span } from "@/testing/spans";
import { buildTrace } from "./build-trace";
import { matters, onlyWhatMatters } from "./matters";

describe("matters", () => {
  /** What failed, cost something, changed a state, speaks or acts stays; what only wraps does not. */
  it.each([
    [{ status: "error" as const }, true],
    [{ error_count: 1 }, true],
    [{ counts_usage: true }, true],
    [{ role: "chain" as const, input_tokens: 5, cost_usd: 1 }, false],
    [{ state_event_count: 2 }, true],
    [{ role: "llm" as const }, true],
    [{ role: "tool" as const }, true],
    [{ role: "node" as const }, true],
    [{ role: "chain" as const }, false],
    [{ role: "prompt" as const }, false],
    [{}, false],
  ])("%j", (more, stays) => expect(matters(span("a", null, 0, 1, more))).toBe(stays));
});

describe("onlyWhatMatters", () => {
  /** Scenario: an agent below two chains, with a parser beside its call. Guarantee: the root, agent and call, one below the other. */
  it("moves up what is below", () => {
    const model = buildTrace([
      span("root", null),
      span("chain", "root", 1),
      span("inner", "chain", 2),
      span("agent", "inner", 3, 5, { role: "agent" }),
      span("call", "agent", 4, 1, { role: "llm", status: "error" }),
      span("parser", "agent", 5),
      span("late", "root", 9, 1, { role: "tool" }),
    ]);
    const shown = onlyWhatMatters(model);
    expect(shown.spans.map(({ span_id }) => span_id)).toEqual(["root", "agent", "call", "late"]);
    expect([...shown.parent]).toEqual([-1, 0, 1, 0]);
    expect([...shown.depth]).toEqual([0, 1, 2, 1]);
    expect([...shown.end]).toEqual([4, 3, 3, 4]);
    expect([...shown.errorsBelow]).toEqual([1, 1, 0, 0]);
    expect(shown.indexById.get("late")).toBe(3);
    expect(shown.offsetNanos[1]).toBe(model.offsetNanos[3]);
  });

  /** A trace in which all matters is the same one. */
  it("keeps a trace that has no noise", () => {
    const model = buildTrace([span("a", null), span("b", "a", 1, 1, { role: "tool" })]);
    expect(onlyWhatMatters(model)).toBe(model);
  });
});
