import { describe, expect, it } from "vitest";
import { modelNames, shortModel } from "./models";

describe("names of models", () => {
  /** Scenario: release dates as vendors write them. Guarantee: they are left out, other numbers stay. */
  it("leave out the release date", () => {
    const models = ["gpt-4.1-2025-04-14", "claude-sonnet-4-5-20250929", "claude@2025-01-01", "gpt-4-0613"];
    expect(models.map(shortModel)).toEqual(["gpt-4.1", "claude-sonnet-4-5", "claude", "gpt-4-0613"]);
  });

  /** Scenario: two releases of one model, and another model. Guarantee: only those that would read alike show what differs. */
  it("differ within a list", () => {
    const names = modelNames(["gpt-4.1-2025-04-14", "gpt-4.1", "gpt-4o-2024-08-06"]);
    expect([...names.values()]).toEqual([
      { short: "gpt-4.1", rest: "-2025-04-14" },
      { short: "gpt-4.1", rest: "" },
      { short: "gpt-4o", rest: "" },
    ]);
  });
});
