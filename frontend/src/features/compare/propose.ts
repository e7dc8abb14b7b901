/** What a trace can be compared with, from other traces of its name and the versions that its runs name. Pure. */
import type { ResponseOf } from "@/lib/api/client";
import type { TraceSummary } from "@/telemetry/traces/traces-query";
import type { ProposalKind } from "./compare-search";

export type Run = ResponseOf<"/otel/runs", "get">["items"][number];

export interface Proposal {
  kind: ProposalKind;
  trace: TraceSummary;
}

export interface Comparisons {
  proposals: Proposal[];
  /** Other traces of the name, the newest first. */
  others: TraceSummary[];
  /** The newest trace of each version, the oldest version first; empty while there is only one. */
  versions: string[];
}

/** One sentence that says which trace each proposal is. */
export const PROPOSAL_WORDS: Record<ProposalKind, string> = {
  previous: "Previous run",
  previous_version: "Last of the version before",
  fastest: "Fastest",
  slowest: "Slowest",
  last_failed: "Last failed",
};

/** The trace itself is never proposed, and no trace is when there are no others. */
export function comparisonsOf(
  chosen: TraceSummary,
  traces: readonly TraceSummary[],
  runs: readonly Run[],
): Comparisons {
  const others = newestFirst(traces.filter((trace) => trace.trace_id !== chosen.trace_id));
  const earlier = others.filter((trace) => isBefore(trace, chosen));
  const byDuration = others
    .filter((trace) => trace.error_count === 0)
    .sort((a, b) => (BigInt(a.duration_ns) < BigInt(b.duration_ns) ? -1 : 1));
  const versionBefore = lastOfVersionBefore(chosen, runs);
  const found: [ProposalKind, TraceSummary | undefined][] = [
    ["previous", earlier[0]],
    ["previous_version", earlier.find((trace) => trace.trace_id === versionBefore)],
    ["fastest", byDuration[0]],
    ["slowest", byDuration.length > 1 ? byDuration.at(-1) : undefined],
    ["last_failed", others.find((trace) => trace.error_count > 0)],
  ];
  return {
    proposals: found.flatMap(([kind, trace]) => (trace ? [{ kind, trace }] : [])),
    others,
    versions: newestOfEachVersion(runs),
  };
}

/** A version is what the service calls itself and the graph that it declares: either alone may change. */
function versionOf(run: Run): string {
  return JSON.stringify([run.service_version, run.structural_id]);
}

function lastOfVersionBefore(chosen: TraceSummary, runs: readonly Run[]): string | undefined {
  const own = runs.find((run) => run.trace_id === chosen.trace_id);
  if (!own) return undefined;
  const before = newestFirst(runs).find((run) => isBefore(run, chosen) && versionOf(run) !== versionOf(own));
  return before?.trace_id;
}

function newestOfEachVersion(runs: readonly Run[]): string[] {
  const newest = new Map<string, string>();
  for (const run of newestFirst(runs)) {
    if (!newest.has(versionOf(run))) newest.set(versionOf(run), run.trace_id);
  }
  const ids = [...new Set(newest.values())];
  return ids.length > 1 ? ids.reverse() : [];
}

interface Started {
  start_time_unix_nano: string;
}

function isBefore(a: Started, b: Started): boolean {
  return BigInt(a.start_time_unix_nano) < BigInt(b.start_time_unix_nano);
}

function newestFirst<T extends Started>(items: readonly T[]): T[] {
  return [...items].sort((a, b) => (isBefore(a, b) ? 1 : isBefore(b, a) ? -1 : 0));
}
