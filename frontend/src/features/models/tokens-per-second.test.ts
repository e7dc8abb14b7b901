import { describe, expect, it } from "vitest";
import { tokensPerSecond } from "./tokens-per-second";

const sums = (count: number, output: number | null, mean: number | null) => ({
  count,
  output_tokens: output,
  duration_ms: { mean, p50: null, p90: null, p95: null, p99: null },
});

describe("tokensPerSecond", () => {
  /** Scenario: calls with and without known tokens and time. Guarantee: what is unknown is never a number. */
  it("goes by sums", () => {
    expect(tokensPerSecond(sums(4, 800, 2_500))).toBe(80);
    expect(tokensPerSecond(sums(4, null, 2_500))).toBeNull();
    expect(tokensPerSecond(sums(4, 800, null))).toBeNull();
    expect(tokensPerSecond(sums(4, 800, 0))).toBeNull();
    expect(tokensPerSecond(undefined)).toBeNull();
  });
});
