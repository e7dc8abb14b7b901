import { describe, expect, it } from "vitest";
import { makeNamedTrace } from "@/testing/mock-api/corpus";
import { toOtlpJson } from "./otlp-json";

describe("toOtlpJson", () => {
  /** Enums are numbers, ids hex, integers strings, and nothing of the span is left out. */
  it("writes what an exporter would send", () => {
    const source = makeNamedTrace("FailingNode", 1, 1_000).spans.find(({ name }) => name === "FailingNode");
    if (!source) throw new Error("the capture has a failing node");
    const span = {
      ...source,
      attributes: { big: { int: "9007199254740993" }, half: 0.5, list: [1, "a"], on: true, nested: { a: 1 } },
    };
    const json = toOtlpJson(span) as {
      resourceSpans: { scopeSpans: { spans: Record<string, unknown>[] }[] }[];
    };
    const written = json.resourceSpans[0]?.scopeSpans[0]?.spans[0];
    expect(written).toMatchObject({
      traceId: span.trace_id,
      kind: 1,
      status: { code: 2 },
      attributes: [
        { key: "big", value: { intValue: "9007199254740993" } },
        { key: "half", value: { doubleValue: 0.5 } },
        { key: "list", value: { arrayValue: { values: [{ intValue: "1" }, { stringValue: "a" }] } } },
        { key: "on", value: { boolValue: true } },
        { key: "nested", value: { kvlistValue: { values: [{ key: "a", value: { intValue: "1" } }] } } },
      ],
    });
    expect(written?.events).toHaveLength(span.events.length);
  });
});
