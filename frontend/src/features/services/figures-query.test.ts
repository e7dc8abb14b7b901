import { describe, expect, it } from "vitest";
import type { Stats, StatsItem } from "@/telemetry/stats/stats-query";
import { figuresOf } from "./figures-query";

function item(service: string, minute: number | null, given: Partial<StatsItem>): StatsItem {
  const start = minute === null ? null : new Date(minute * 60_000).toISOString();
  return {
    start_time: start,
    start_time_unix_nano: null,
    group: { service },
    count: 0,
    error_count: 0,
    error_rate: 0,
    duration_ms: { mean: null, p50: null, p90: null, p95: null, p99: null },
    llm_call_count: 0,
    input_tokens: null,
    output_tokens: null,
    cost_usd: null,
    unpriced_calls: 0,
    cached_input_tokens: null,
    ratio: null,
    measure: null,
    ...given,
  };
}

function stats(items: StatsItem[], totals: StatsItem[]): Stats {
  return {
    of: "spans",
    from: new Date(0).toISOString(),
    to: new Date(3 * 60_000).toISOString(),
    interval_seconds: 60,
    group_by: ["service"],
    items,
    totals,
    more_groups: false,
    more_items: false,
    incomplete: null,
  };
}

describe("figures of services", () => {
  /** Requests and usage of a service come together, each interval has a value, and a service without requests has usage. */
  it("join requests and usage", () => {
    const requests = stats(
      [item("a", 0, { count: 2 }), item("a", 2, { count: 3 })],
      [item("a", null, { count: 5, error_count: 1 })],
    );
    const usage = stats([], [item("a", null, { cost_usd: 0.5 }), item("b", null, { llm_call_count: 4 })]);
    const { byService, seconds } = figuresOf(requests, usage);
    expect(seconds).toBe(180);
    expect(byService.get("a")).toMatchObject({ requests: 5, failed: 1, costUsd: 0.5, overTime: [2, 0, 3] });
    expect(byService.get("b")).toMatchObject({ requests: 0, modelCalls: 4, overTime: [] });
  });
});
