import { describe, expect, it } from "vitest";
import { buildTrace } from "@/telemetry/trace/build-trace";
import { span } from "@/testing/spans";
import { criticalPath } from "./critical-path";
import { selfNanos } from "./self-time";
import { timeSplit } from "./time-split";

const MS = 1_000_000;

describe("selfNanos", () => {
  /** Scenario: children side by side, one inside another, one that outlives its parent. Guarantee: shared time counts once. */
  it("leaves out the time of children", () => {
    const model = buildTrace([
      span("root", null, 0, 100),
      span("a", "root", 10, 30),
      span("b", "root", 20, 10),
      span("c", "root", 30, 20),
      span("late", "root", 90, 50),
      span("inner", "a", 10, 30),
    ]);
    const self = selfNanos(model);
    const of = (id: string) => (self[model.indexById.get(id) ?? -1] ?? 0) / MS;
    expect(["root", "a", "b", "late"].map(of)).toEqual([50, 0, 10, 50]);
  });
});

describe("timeSplit", () => {
  /** Scenario: a call with a request below it, then a tool that asks an agent. Guarantee: the parts add up to the path. */
  it("splits the critical path", () => {
    const model = buildTrace([
      span("root", null, 0, 100),
      span("call", "root", 10, 30, { role: "llm" }),
      span("request", "call", 15, 20),
      span("tool", "root", 50, 40, { role: "tool" }),
      span("agent", "tool", 60, 20, { role: "agent" }),
      span("asked", "agent", 65, 10, { role: "llm" }),
    ]);
    const split = timeSplit(model, criticalPath(model));
    expect(split).toEqual({ model: 40 * MS, tools: 20 * MS, rest: 40 * MS, total: 100 * MS });
  });
});
