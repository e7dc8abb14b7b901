import { describe, expect, it } from "vitest";
import { FILTER_FIELDS } from "./fields";
import { attributeCondition, quoted, suggest, withCondition } from "./suggest";

const MODELS = ["gpt-4.1", "claude sonnet"];
const at = (text: string) =>
  suggest(text, text.length, FILTER_FIELDS, (field) => (field === "model" ? MODELS : []));
const texts = (text: string) => at(text).items.map((item) => item.text);

describe("suggest", () => {
  /** Each place of a condition gets what can stand there. */
  it("follows the shape of the language", () => {
    expect(texts("")).toContain("service");
    expect(texts("mod")).toEqual(["model", "is_model_call"]);
    expect(texts("model ")).toContain("contains");
    expect(texts("duration_ms ")).toContain(">=");
    expect(texts("model = ")).toEqual(
      ["gpt-4.1", '"claude sonnet"'].map((text) => (text === "gpt-4.1" ? "gpt-4.1" : text)),
    );
    expect(texts("model = gpt-4.1 ")).toEqual(["and", "or"]);
    expect(texts("model = gpt-4.1 and ")).toContain("status");
    expect(texts("status = ")).toEqual(["unset", "ok", "error"]);
    expect(texts("model in (gpt-4.1, ")).toContain('"claude sonnet"');
    expect(texts("model exists ")).toEqual(["and", "or"]);
    expect(texts("not (mo")).toContain("model");
  });

  /** A suggestion replaces the word at the caret and nothing else. */
  it("replaces the word being written", () => {
    const { from, to, valueField } = at('status = error and model = "cl');
    expect([from, to, valueField]).toEqual([27, 30, "model"]);
  });
});

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
