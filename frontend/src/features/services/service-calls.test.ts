import { describe, expect, it } from "vitest";
import { callsBetween } from "./service-calls";

const span = (id: string, parent: string | null, service: string, status = "unset") =>
  ({ span_id: id, parent_span_id: parent, service, status, duration_ns: "1000" }) as const;

describe("callsBetween", () => {
  /** Scenario: two traces over three services, with work inside of each. Guarantee: only edges between services count. */
  it("counts spans that cross a service", () => {
    const first = [
      span("1", null, "shop"),
      span("2", "1", "shop"),
      span("3", "2", "search"),
      span("4", "3", "search"),
      span("5", "2", "pay", "error"),
    ];
    const second = [span("1", null, "shop"), span("2", "1", "search")];
    expect(callsBetween([first, second] as never)).toEqual([
      { caller: "shop", callee: "search", count: 2, errorCount: 0, totalNanos: 2000 },
      { caller: "shop", callee: "pay", count: 1, errorCount: 1, totalNanos: 1000 },
    ]);
  });

  /** Scenario: a span whose parent never came. Guarantee: nobody is made up as its caller. */
  it("leaves out what has no parent", () => {
    expect(callsBetween([[span("2", "1", "search")]] as never)).toEqual([]);
  });
});
