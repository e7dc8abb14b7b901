import { describe, expect, it } from "vitest";
import { span } from "@/testing/spans";
import { buildTrace } from "./build-trace";
import { subtreeSums } from "./sums";

describe("subtreeSums", () => {
  /** Scenario: an agent that repeats the usage of its two calls, one without a price. Guarantee: each call is added once. */
  it("adds what counts", () => {
    const usage = { input_tokens: 100, output_tokens: 10 };
    const model = buildTrace([
      span("root", null),
      span("agent", "root", 1, 5, { role: "agent", ...usage, cost_usd: 9 }),
      span("a", "agent", 2, 1, { role: "llm", ...usage, cost_usd: 0.25, counts_usage: true }),
      span("b", "agent", 3, 1, { role: "llm", ...usage, counts_usage: true }),
    ]);
    const sums = subtreeSums(model);
    expect([...sums.inputTokens]).toEqual([200, 200, 100, 100]);
    expect([...sums.outputTokens]).toEqual([20, 20, 10, 10]);
    expect([...sums.costUsd]).toEqual([0.25, 0.25, 0.25, 0]);
    expect([...sums.calls]).toEqual([2, 2, 1, 1]);
    expect([...sums.unpriced]).toEqual([1, 1, 0, 1]);
  });
});
