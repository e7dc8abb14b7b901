import { describe, expect, it } from "vitest";
import { attributeCondition, quoted, withCondition } from "./conditions";

describe("writing conditions", () => {
  /** Values are quoted where the language needs it. */
  it("quotes", () => {
    expect(quoted("shop")).toBe("shop");
    expect(quoted("two words")).toBe('"two words"');
    expect(quoted('say "hi"')).toBe('"say \\"hi\\""');
    expect(quoted("and")).toBe('"and"');
  });

  /** One more condition never changes what was asked before. */
  it("adds conditions", () => {
    expect(withCondition(undefined, "a = 1")).toBe("a = 1");
    expect(withCondition("a = 1", "b = 2")).toBe("a = 1 and b = 2");
    expect(withCondition("a = 1 or c = 3", "b = 2")).toBe("(a = 1 or c = 3) and b = 2");
  });

  /** Attributes become conditions where a filter can name their value. */
  it("writes attribute conditions", () => {
    expect(attributeCondition("http.route", "/api")).toBe('attributes.http.route = "/api"');
    expect(attributeCondition("my key", 5)).toBe('attributes."my key" = 5');
    expect(attributeCondition("list", [1])).toBeUndefined();
  });
});
