/** What a trace can be compared with, from other traces of the same name. Pure. */
import type { TraceSummary } from "@/telemetry/traces/traces-query";
import type { ProposalKind } from "./compare-search";

export interface Proposal {
  kind: ProposalKind;
  trace: TraceSummary;
}

/** One sentence that says which trace each proposal is. */
export const PROPOSAL_WORDS: Record<ProposalKind, string> = {
  previous: "Previous run",
  version_before: "Last of the version before",
  fastest: "Fastest",
  slowest: "Slowest",
  last_failed: "Last failed",
};

/** From the newest traces of its name; the trace itself is never one, and no trace is proposed when there are no others. */
export function propose(chosen: TraceSummary, others: readonly TraceSummary[]): Proposal[] {
  const rest = others.filter((trace) => trace.trace_id !== chosen.trace_id);
  const newest = [...rest].sort((a, b) => compareNanos(b.start_time_unix_nano, a.start_time_unix_nano));
  const earlier = newest.filter(
    (trace) => compareNanos(trace.start_time_unix_nano, chosen.start_time_unix_nano) < 0,
  );
  const byDuration = rest
    .filter((trace) => trace.error_count === 0)
    .sort((a, b) => compareNanos(a.duration_ns, b.duration_ns));
  const found: [ProposalKind, TraceSummary | undefined][] = [
    ["previous", earlier[0]],
    ["fastest", byDuration[0]],
    ["slowest", byDuration.length > 1 ? byDuration.at(-1) : undefined],
    ["last_failed", newest.find((trace) => trace.error_count > 0)],
  ];
  return found.flatMap(([kind, trace]) => (trace ? [{ kind, trace }] : []));
}

function compareNanos(a: string, b: string): number {
  const difference = BigInt(a) - BigInt(b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
