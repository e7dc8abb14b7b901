/** The head of a run: what ran, how it ended, and the ways to its trace and to all runs of the same graph. */
import { Link } from "@tanstack/react-router";
import { CircleAlert, GitCompareArrows, Layers3, ListTree, ShieldAlert, TriangleAlert } from "lucide-react";
import { Badge } from "@/components/ui/badge";
import { buttonClass } from "@/components/ui/button";
import { BackLink, Fact, FactList } from "@/components/ui/detail-header";
import { TimeAgo } from "@/components/ui/time-ago";
import { formatDuration } from "@/lib/format/duration";
import { formatCount, plural } from "@/lib/format/number";
import { nanosToIso } from "@/lib/format/time";
import { RoleMark } from "@/telemetry/vocabulary/role-mark";
import { CopyRunLink } from "./copy-run-link";
import { outcomeOf, type RunView } from "./model/run-view";

const OUTCOMES = {
  ok: <Badge tone="ok">completed</Badge>,
  failed: <Badge tone="danger">failed</Badge>,
  cancelled: <Badge tone="warn">cancelled</Badge>,
};

interface RunHeaderProps {
  run: RunView;
  onShowRun: () => void;
  onShowEvidence: () => void;
}

export function RunHeader({ run, onShowRun, onShowEvidence }: RunHeaderProps) {
  const { detail } = run;
  return (
    <header className="shrink-0 border-line border-b px-4 pt-2.5 pb-2">
      <title>{`${detail.name} · Junjo`}</title>
      <div className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1">
        <BackLink to="/runs" label="Back to runs" />
        <RoleMark spanRole={detail.kind} size="md" />
        <h1 className="min-w-0 truncate font-semibold text-lg tracking-tight">{detail.name}</h1>
        {OUTCOMES[outcomeOf(detail)]}
        <WaysOn run={run} />
      </div>
      <RunFacts run={run} onShowRun={onShowRun} onShowEvidence={onShowEvidence} />
      {detail.failure && <FailureLine failure={detail.failure} onShowRun={onShowRun} />}
    </header>
  );
}

function WaysOn({ run }: { run: RunView }) {
  const { detail } = run;
  return (
    <div className="ml-auto flex shrink-0 items-center gap-2">
      <CopyRunLink run={run} />
      {detail.structural_id !== null && detail.kind !== "agent" && (
        <Link
          to="/runs/overlay/$structuralId"
          params={{ structuralId: detail.structural_id }}
          className={buttonClass("secondary", "sm")}
        >
          <Layers3 size={13} /> All runs
        </Link>
      )}
      <Link
        to="/compare"
        search={{ b: detail.trace_id, bspan: detail.span_id, against: "previous" }}
        aria-label="Compare"
        className={buttonClass("secondary", "sm")}
      >
        <GitCompareArrows size={13} /> <span className="hidden sm:inline">Compare</span>
      </Link>
      <Link
        to="/traces/$traceId"
        params={{ traceId: detail.trace_id }}
        search={{ span: detail.span_id }}
        className={buttonClass("secondary", "sm")}
      >
        <ListTree size={13} /> Trace
      </Link>
    </div>
  );
}

function RunFacts({ run, onShowRun, onShowEvidence }: RunHeaderProps) {
  const { detail } = run;
  const executed = run.nodes.filter((node) => node.execution_count > 0).length;
  return (
    <FactList>
      <Fact name="Duration">{formatDuration(Number(detail.duration_ns))}</Fact>
      <Fact name="Started">
        <TimeAgo iso={nanosToIso(detail.start_time_unix_nano)} />
      </Fact>
      {run.nodes.length > 0 && (
        <Fact name="Nodes">
          {formatCount(executed)} of {formatCount(run.nodes.length)} executed
        </Fact>
      )}
      {run.calls.length > 0 && <Fact name="Calls">{formatCount(run.calls.length)}</Fact>}
      <Fact name="State">{plural(detail.state_event_count, "change")}</Fact>
      {detail.parent && (
        <Fact name="Inside">
          <Link
            to="/runs/$traceId/$spanId"
            params={{ traceId: detail.trace_id, spanId: detail.parent.span_id }}
            className="text-accent-text hover:underline"
          >
            {detail.parent.name}
          </Link>
        </Fact>
      )}
      {detail.evidence === "partial" && (
        <button
          type="button"
          onClick={onShowEvidence}
          className="inline-flex items-center gap-1 font-medium text-warn hover:underline"
        >
          <ShieldAlert size={13} aria-hidden /> partial: {plural(detail.finding_count, "finding")}
        </button>
      )}
      {detail.warnings.length > 0 && (
        <button
          type="button"
          onClick={onShowRun}
          className="inline-flex items-center gap-1 font-medium text-warn hover:underline"
        >
          <TriangleAlert size={13} aria-hidden /> {plural(detail.warnings.length, "warning")}
        </button>
      )}
    </FactList>
  );
}

interface FailureLineProps {
  failure: NonNullable<RunView["detail"]["failure"]>;
  onShowRun: () => void;
}

function FailureLine({ failure, onShowRun }: FailureLineProps) {
  return (
    <button
      type="button"
      onClick={onShowRun}
      title={failure.message ?? ""}
      className="mt-2 ml-6.5 flex max-w-[calc(100%-1.625rem)] min-w-0 items-center gap-2 rounded-md border border-danger/30 bg-danger/7 px-2.5 py-1 text-left text-xs hover:border-danger/60"
    >
      <CircleAlert size={14} className="shrink-0 text-danger-text" aria-hidden />
      <span className="shrink-0 text-muted">
        Failed in <span className="font-medium text-text">{failure.name}</span>
      </span>
      <span className="min-w-0 truncate font-mono text-danger-text">
        {[failure.error_type, failure.message].filter(Boolean).join(": ")}
      </span>
    </button>
  );
}
