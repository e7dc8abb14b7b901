import { describe, expect, it } from "vitest";
import { costSource, tokenKinds, whyUnpriced } from "./cost-facts";

const CALL = {
  cost_usd: null,
  cost_source: null,
  model: "gpt-x",
  provider: "openai",
  input_tokens: 1_000,
  cached_input_tokens: 400,
  cache_write_tokens: 100,
  audio_input_tokens: null,
  output_tokens: 50,
  reasoning_tokens: 20,
  audio_output_tokens: null,
};

describe("cost facts", () => {
  /** Scenario: input of three prices, output with reasoning. Guarantee: each kind once, and the input's kinds add up to it. */
  it("tells kinds apart", () => {
    expect(tokenKinds(CALL)).toEqual([
      ["Other input", 500],
      ["Input from cache", 400],
      ["Input written to cache", 100],
      ["Output", 50],
      ["of it reasoning", 20],
    ]);
    expect(tokenKinds({ ...CALL, cached_input_tokens: null, cache_write_tokens: 0 })[0]).toEqual([
      "Input",
      1_000,
    ]);
  });

  /** The source is told, and no cost has a reason. */
  it("says where a figure comes from", () => {
    expect(costSource({ cost_source: "provider" })).toContain("Reported");
    expect(costSource({ cost_source: "table:2026-11-02" })).toContain("2026-11-02");
    expect(whyUnpriced(CALL)).toBe("No price is known for gpt-x at openai.");
    expect(whyUnpriced({ ...CALL, model: null })).toContain("names no model");
    expect(whyUnpriced({ ...CALL, input_tokens: null, output_tokens: null })).toContain("No token counts");
  });
});
