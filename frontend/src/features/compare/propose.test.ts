import { describe, expect, it } from "vitest";
import type { TraceSummary } from "@/telemetry/traces/traces-query";
import { comparisonsOf, type Run } from "./propose";

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
const kinds = (others: TraceSummary[], runs: Run[] = []) =>
  Object.fromEntries(
    comparisonsOf(chosen, others, runs).proposals.map(({ kind, trace }) => [kind, trace.trace_id]),
  );

describe("comparisonsOf", () => {
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
    expect(comparisonsOf(chosen, [chosen], [])).toEqual({ proposals: [], others: [], versions: [] });
  });

  /** A version is a service's version or its graph; the last run of the one before is proposed, and each version's newest is a link of the chain. */
  it("finds the versions", () => {
    const of = (id: string, atSecond: number, version: string, graph = "g1") => {
      return { ...run(id, atSecond, 10), service_version: version, structural_id: graph } as unknown as Run;
    };
    const runs = [
      of("later", 60, "3"),
      of("chosen", 50, "2"),
      of("same", 40, "2"),
      of("newer-of-before", 30, "1"),
      of("older-of-before", 20, "1"),
      of("other-graph", 10, "1", "g0"),
    ];
    const traces = runs.map(({ trace_id }) => trace_id).map((id, place) => run(id, 60 - 10 * place, 10));
    expect(kinds(traces, runs).previous_version).toBe("newer-of-before");
    expect(comparisonsOf(chosen, traces, runs).versions).toEqual([
      "other-graph",
      "newer-of-before",
      "chosen",
      "later",
    ]);
  });
});
