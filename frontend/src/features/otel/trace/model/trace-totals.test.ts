import { describe, expect, it } from "vitest";
import { span } from "@/testing/spans";
import { buildTrace } from "./build-trace";
import { timeTicks } from "./ticks";
import { traceTotals } from "./trace-totals";

describe("traceTotals", () => {
  /** An agent that repeats the sums of its calls, and a call wrapped in another call, are counted once. */
  it("counts usage once", () => {
    const model = buildTrace([
      span("agent", null, 0, 10, { role: "agent", input_tokens: 150, output_tokens: 30 }),
      span("call", "agent", 1, 5, {
        role: "llm",
        input_tokens: 100,
        output_tokens: 20,
        cost_usd: 0.5,
        model: "m",
      }),
      span("inner", "call", 2, 3, { role: "llm", input_tokens: 100, output_tokens: 20, cost_usd: 0.5 }),
      span("second", "agent", 6, 3, { role: "llm", input_tokens: 50, output_tokens: 10 }),
    ]);
    expect(traceTotals(model)).toMatchObject({
      llmCalls: 2,
      inputTokens: 150,
      outputTokens: 30,
      costUsd: 0.5,
      unpricedCalls: 1,
      models: ["m"],
    });
  });

  /** A trace without model calls has no tokens, which is not zero tokens. */
  it("keeps unknown apart from zero", () => {
    expect(traceTotals(buildTrace([span("root", null)]))).toMatchObject({ inputTokens: null, costUsd: null });
  });
});

describe("timeTicks", () => {
  /** Ticks are round, start at zero, and stay within the trace for any length. */
  it.each([
    [1_000, 4],
    [4_520_000_000, 5],
    [37, 6],
  ])("divides %d ns", (total, wanted) => {
    const ticks = timeTicks(total, wanted);
    expect(ticks[0]).toBe(0);
    expect(ticks.length).toBeGreaterThan(1);
    expect(ticks.length).toBeLessThanOrEqual(wanted + 1);
    expect(ticks.at(-1)).toBeLessThanOrEqual(total);
  });

  /** A trace of one instant still has an axis. */
  it("survives zero length", () => {
    expect(timeTicks(0, 5)).toEqual([0]);
  });
});
