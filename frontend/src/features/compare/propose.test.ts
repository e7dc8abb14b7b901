import { describe, expect, it } from "vitest";
import type { TraceSummary } from "@/telemetry/traces/traces-query";
import { propose } from "./propose";

/** A run at a second, of so many milliseconds. */
function run(id: string, atSecond: number, ms: number, errors = 0): TraceSummary {
  return {
    trace_id: id,
    start_time_unix_nano: String(BigInt(atSecond) * 1_000_000_000n),
    duration_ns: String(BigInt(ms) * 1_000_000n),
    error_count: errors,
  } as TraceSummary;
}

const chosen = run("chosen", 50, 300);
const kinds = (others: TraceSummary[]) =>
  Object.fromEntries(propose(chosen, others).map(({ kind, trace }) => [kind, trace.trace_id]));

describe("propose", () => {
  /** The previous run is the last that began before, however fast or new the others are. */
  it("names each proposal's trace", () => {
    const others = [run("later", 60, 10), chosen, run("before", 40, 500), run("first", 10, 90, 1)];
    expect(kinds(others)).toEqual({
      previous: "before",
      fastest: "later",
      slowest: "before",
      last_failed: "first",
    });
  });

  /** A failed run is often fast because it broke off: it is no example of speed. */
  it("takes no failed run for the fastest", () => {
    expect(kinds([run("broken", 40, 1, 2), run("whole", 30, 200)]).fastest).toBe("whole");
  });

  /** Alone, nothing is proposed, least of all the trace itself. */
  it("proposes nothing without others", () => {
    expect(propose(chosen, [chosen])).toEqual([]);
  });
});
