import { describe, expect, it } from "vitest";
import { mockFields } from "@/testing/mock-api/state/fields";
import { describeFields } from "./field-words";
import { suggest } from "./suggest";

const FIELDS = describeFields(mockFields());
const MODELS = ["gpt-4.1", "claude sonnet"];
const at = (text: string) => suggest(text, text.length, FIELDS, (field) => (field === "model" ? MODELS : []));
const texts = (text: string) => at(text).items.map((item) => item.text);

describe("suggest", () => {
  /** Each place of a condition gets what can stand there. */
  it("follows the shape of the language", () => {
    expect(texts("")).toContain("service");
    expect(texts("mod")).toEqual(["model", "is_model_call"]);
    expect(texts("model ")).toContain("contains");
    expect(texts("model ")[0]).toBe("=");
    expect(texts("duration_ms ")[0]).toBe(">");
    expect(texts("duration_ms ")).toContain(">=");
    expect(texts("is_root = ")).toEqual(["true", "false"]);
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

  /** Scenario: the fields have not arrived, or never will. Guarantee: operators and joints are suggested all the same. */
  it("helps without knowing the fields", () => {
    const found = (text: string) => suggest(text, text.length, [], () => []).items.map((item) => item.text);
    expect(found("model ")).toEqual(expect.arrayContaining(["=", "contains", ">="]));
    expect(found("model = x ")).toEqual(["and", "or"]);
  });

  /** Scenario: a field and an operator that this page has no word about. Guarantee: both are offered, after the known ones. */
  it("offers what a newer server has", () => {
    const fields = describeFields([
      { name: "project", kind: "text", ops: ["=", "~"] },
      { name: "service", kind: "text", ops: ["="] },
    ]);
    const found = (text: string) =>
      suggest(text, text.length, fields, () => []).items.map((item) => item.text);
    expect(found("").slice(0, 2)).toEqual(["service", "project"]);
    expect(found("project ")).toEqual(["=", "~"]);
  });
});
