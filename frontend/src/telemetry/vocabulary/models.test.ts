import { describe, expect, it } from "vitest";
import { shortModel } from "./models";

describe("shortModel", () => {
  /** Dates go, versions stay. */
  it.each([
    ["gpt-4.1-2025-04-14", "gpt-4.1"],
    ["claude-sonnet-4-5-20250929", "claude-sonnet-4-5"],
    ["gpt-4o-mini", "gpt-4o-mini"],
    ["claude-sonnet-4-5@20250929", "claude-sonnet-4-5"],
  ])("shortens %s", (long, short) => {
    expect(shortModel(long)).toBe(short);
  });
});
