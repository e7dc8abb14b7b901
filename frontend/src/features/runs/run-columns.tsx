/** What a row of the list of runs says. */
import { Link } from "@tanstack/react-router";
import { Hint } from "@/components/hint/hint";
import { type DataColumns, dataColumns } from "@/components/ui/data-columns";
import { rowLinkClass } from "@/components/ui/row-link";
import { TimeAgo } from "@/components/ui/time-ago";
import { nanosToNumber } from "@/lib/format/duration";
import { plural } from "@/lib/format/number";
import { CopyRunLink } from "@/telemetry/vocabulary/copy-run-link";
import { EvidenceMark } from "@/telemetry/vocabulary/evidence";
import { OneLine } from "@/telemetry/vocabulary/names";
import { Count, Duration, Unknown } from "@/telemetry/vocabulary/numbers";
import { RoleMark } from "@/telemetry/vocabulary/role-mark";
import { ErrorMark } from "@/telemetry/vocabulary/status";
import { timeColumns } from "@/telemetry/vocabulary/time-columns";
import type { Run } from "./runs-query";

const column = dataColumns<Run>();

export function runColumns(maxNanos: number): DataColumns<Run> {
  return [
    ...(column.columns([
      column.display({
        id: "name",
        header: "Run",
        meta: { track: "minmax(220px,2fr)" },
        cell: ({ row }) => <RunName run={row.original} />,
      }),
      column.display({
        id: "service",
        header: "Service",
        meta: { track: "minmax(100px,1fr)", from: 700 },
        cell: ({ row }) => <OneLine text={serviceOf(row.original)} />,
      }),
      column.display({
        id: "graph",
        header: "Graph",
        meta: { track: "96px", from: 900 },
        cell: ({ row }) => <GraphId id={row.original.structural_id} />,
      }),
      column.display({
        id: "nodes",
        header: "Nodes",
        meta: { track: "60px", align: "end" },
        cell: ({ row }) =>
          row.original.node_count === null ? (
            <Unknown why="The run says no number of nodes" />
          ) : (
            <Count value={row.original.node_count} one="node" />
          ),
      }),
    ]) as DataColumns<Run>),
    ...timeColumns<Run>(maxNanos, (run) => run.status === "error"),
  ];
}

/** A namespace is part of what a service is. */
function serviceOf(run: Run): string {
  return run.service_namespace === null ? run.service : `${run.service_namespace}/${run.service}`;
}

function RunName({ run }: { run: Run }) {
  return (
    <span className="flex min-w-0 items-center gap-2.5">
      <RoleMark spanRole={run.kind} />
      <Link
        to="/runs/$traceId/$spanId"
        params={{ traceId: run.trace_id, spanId: run.span_id }}
        className={rowLinkClass}
      >
        {run.name}
      </Link>
      {run.error_count > 0 ? <ErrorMark count={run.error_count} /> : run.status === "error" && <ErrorMark />}
      <EvidenceMark evidence={run.evidence} findingCount={run.finding_count} />
      {/* above the row's own link, which covers the row */}
      <CopyRunLink run={run} className="relative z-1 -my-1 ml-auto shrink-0 text-faint" />
    </span>
  );
}

/** Runs with the same mark ran the same graph. */
function GraphId({ id }: { id: string | null }) {
  if (!id) return <Unknown why="This SDK version sends no graph hash" />;
  const hash = id.replace(/^(graph_|agent_sha256:)/, "");
  const hue = Number.parseInt(hash.slice(0, 4), 16) % 360;
  return (
    <Hint
      className="flex items-center gap-1.5 font-mono text-2xs text-faint"
      content={() => <GraphFacts id={id} />}
    >
      <span
        className="size-2 rounded-full"
        style={{ background: `oklch(0.65 0.11 ${hue || 0})` }}
        aria-hidden
      />
      {hash.slice(0, 7)}
    </Hint>
  );
}

function GraphFacts({ id }: { id: string }) {
  return (
    <>
      <code className="font-mono [overflow-wrap:anywhere]">{id}</code>
      <p className="mt-1 text-muted">Runs with the same id ran the same graph.</p>
    </>
  );
}

/** The same in two lines, for narrow screens. */
export function CompactRun({ run }: { run: Run }) {
  return (
    <>
      <RunName run={run} />
      <span className="mt-1 flex gap-2 pl-7 text-faint text-xs tnum">
        <span className="truncate">{serviceOf(run)}</span>
        <span className="ml-auto flex shrink-0 gap-2">
          {run.node_count !== null && <span>{plural(run.node_count, "node")}</span>}
          <Duration nanos={nanosToNumber(run.duration_ns)} className="text-muted" />
          <TimeAgo iso={run.start_time} />
        </span>
      </span>
    </>
  );
}
