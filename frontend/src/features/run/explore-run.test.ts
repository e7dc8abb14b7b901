import { describe, expect, it } from "vitest";
import type { SpanDetail } from "@/telemetry/trace/span-query";
import { makeNamedTrace } from "@/testing/mock-api/corpus";
import { exploreRun } from "./explore-run";

const [root] = makeNamedTrace("Order Intake Workflow", 1, 0).spans as [SpanDetail];
const withType = (type: unknown): SpanDetail => ({ ...root, attributes: { "junjo.span_type": type } });

describe("exploring a run", () => {
  /** Scenario: spans of several kinds. Guarantee: offered for runs of the Junjo SDK, and for nothing else. */
  it("is offered for runs of the Junjo SDK", () => {
    expect(["workflow", "subflow", "agent"].every((type) => exploreRun.appliesTo(withType(type)))).toBe(true);
    expect(exploreRun.appliesTo(withType("node"))).toBe(false);
    expect(exploreRun.appliesTo(withType(7))).toBe(false);
    expect(exploreRun.appliesTo({ ...root, attributes: {} })).toBe(false);
  });
});
