import { describe, expect, it } from "vitest";
import { buildTrace } from "@/telemetry/trace/build-trace";
import { span } from "@/testing/spans";
import { miniBars } from "./minimap";

describe("miniBars", () => {
  /** Large traces are sampled, but no failed span gets lost. */
  it("samples, and keeps the failed spans", () => {
    const spans = Array.from({ length: 9_001 }, (_, index) =>
      span(`s${index}`, index === 0 ? null : "s0", index, 5, index === 4_242 ? { status: "error" } : {}),
    );
    const model = buildTrace(spans);
    const bars = miniBars(model);
    expect(bars.length).toBeLessThan(2_100);
    expect(bars.some(({ index }) => model.spans[index]?.span_id === "s4242")).toBe(true);
    expect(bars.every(({ left, top }) => left >= 0 && left <= 1 && top < 1)).toBe(true);
  });
});
