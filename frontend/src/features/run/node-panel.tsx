/** One node of the graph: its executions in this run, what failed, and the changes that each made. */
import { Link } from "@tanstack/react-router";
import { ArrowUpRight, Diamond } from "lucide-react";
import { Badge } from "@/components/ui/badge";
import { LongText } from "@/components/ui/long-text";
import { formatDuration } from "@/lib/format/duration";
import { formatCount, formatOrdinal } from "@/lib/format/number";
import { describeKind, RoleMark } from "@/telemetry/vocabulary/role-mark";
import type { Execution, FlowNode, RunView, StateEvent } from "./model/run-view";

interface NodePanelProps {
  run: RunView;
  node: FlowNode;
  onStep: (step: number) => void;
}

export function NodePanel({ run, node, onStep }: NodePanelProps) {
  const executions = run.executionsByNode.get(node.key) ?? [];
  const nested = run.detail.nested_runs.filter((one) => one.node_key === node.key);
  const leaving = run.edges.filter((edge) => edge.tail_key === node.key);
  return (
    <div className="grid min-w-0 gap-4 p-4">
      <div className="grid min-w-0 gap-1">
        <h2 className="flex min-w-0 items-center gap-2 font-semibold text-base">
          <RoleMark spanRole={node.kind} size="md" />
          <span className="min-w-0 truncate">{node.label}</span>
        </h2>
        <p className="flex flex-wrap items-center gap-1.5 text-faint text-xs">
          {describeKind(node.kind)}
          {node.type !== "" && node.type !== node.label && <code className="font-mono">{node.type}</code>}
          {node.is_source && <Badge>first of its graph</Badge>}
          {node.is_sink && <Badge>may end its graph</Badge>}
          {!node.declared && <Badge tone="warn">not declared</Badge>}
        </p>
      </div>
      <section className="grid min-w-0 gap-2">
        <h3 className="font-medium text-muted text-xs">Executions</h3>
        {executions.length === 0 && <p className="text-faint text-sm">This run did not get here.</p>}
        <ol className="grid min-w-0 gap-2">
          {executions.map((execution) => (
            <ExecutionItem key={execution.span_id} run={run} execution={execution} onStep={onStep} />
          ))}
        </ol>
      </section>
      {nested.length > 0 && (
        <section className="grid min-w-0 gap-1.5">
          <h3 className="font-medium text-muted text-xs">Runs that it started</h3>
          <ul className="grid min-w-0 gap-1">
            {nested.map((one) => (
              <li key={one.span_id} className="flex min-w-0 items-center gap-2 text-sm">
                <RoleMark spanRole={one.kind} />
                <Link
                  to="/runs/$traceId/$spanId"
                  params={{ traceId: run.detail.trace_id, spanId: one.span_id }}
                  className="inline-flex min-h-6 min-w-0 items-center truncate text-accent-text hover:underline"
                >
                  {one.name}
                </Link>
                {one.failed && <Badge tone="danger">failed</Badge>}
                <span className="ml-auto shrink-0 text-faint text-xs tnum">
                  {formatDuration(Number(one.duration_ns))}
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {leaving.length > 0 && (
        <section className="grid min-w-0 gap-1.5">
          <h3 className="font-medium text-muted text-xs">Outgoing edges, in order</h3>
          <ol className="grid min-w-0 gap-1 text-sm">
            {leaving.map((edge) => (
              <li key={edge.key} className="flex min-w-0 items-center gap-2">
                <span className="min-w-0 truncate">
                  {run.nodeByKey.get(edge.head_key)?.label ?? edge.head_key}
                </span>
                <span className="min-w-0 truncate text-faint text-xs">
                  {edge.condition === null ? "default" : `when ${edge.condition}`}
                </span>
                <Badge tone={edge.taken_count > 0 ? "accent" : "neutral"} className="ml-auto">
                  {edge.taken_count > 0 ? `taken ${formatCount(edge.taken_count)}×` : "not taken"}
                </Badge>
              </li>
            ))}
          </ol>
        </section>
      )}
    </div>
  );
}

interface ExecutionItemProps {
  run: RunView;
  execution: Execution;
  onStep: (step: number) => void;
}

function ExecutionItem({ run, execution, onStep }: ExecutionItemProps) {
  const events = run.events.filter((event) => event.node_span_id === execution.span_id);
  return (
    <li className="grid min-w-0 gap-1.5 rounded-lg border border-line bg-sunken px-3 py-2">
      <div className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1 text-xs">
        <span className="font-semibold tnum" title="Place among all executions of the run, by start">
          {formatOrdinal(execution.order)} execution
        </span>
        {execution.outcome === "failed" && <Badge tone="danger">failed</Badge>}
        {execution.outcome === "cancelled" && (
          <Badge tone="warn">
            cancelled: {(execution.cancelled_reason ?? "stopped").replaceAll("_", " ")}
          </Badge>
        )}
        {execution.outlived_run && <Badge tone="warn">went on after the run had ended</Badge>}
        <span className="text-faint tnum">+{formatDuration(execution.startNanos)}</span>
        <span className="font-medium tnum">{formatDuration(execution.endNanos - execution.startNanos)}</span>
        <Link
          to="/traces/$traceId"
          params={{ traceId: run.detail.trace_id }}
          search={{ span: execution.span_id }}
          className="ml-auto inline-flex min-h-6 items-center gap-0.5 text-accent-text hover:underline"
        >
          Span <ArrowUpRight size={12} />
        </Link>
      </div>
      {(execution.error_type || execution.error_message) && (
        <p className="min-w-0 text-danger-text text-xs">
          <span className="font-mono">{execution.error_type}</span>{" "}
          <LongText text={execution.error_message ?? ""} charactersAtFirst={300} />
        </p>
      )}
      {events.length > 0 && <EventList events={events} onStep={onStep} />}
    </li>
  );
}

function EventList({ events, onStep }: { events: StateEvent[]; onStep: (step: number) => void }) {
  return (
    <ul className="grid min-w-0">
      {events.map((event) => (
        <li key={event.step}>
          <button
            type="button"
            onClick={() => onStep(event.step)}
            className="flex min-h-6 w-full min-w-0 items-center gap-1.5 rounded-sm px-1 text-left font-mono text-xs hover:bg-hover"
          >
            <Diamond size={10} className="shrink-0 text-[var(--role-workflow)]" aria-hidden />
            <span className="min-w-0 truncate">{event.action ?? "set_state"}</span>
            <span className="min-w-0 truncate text-faint">{touched(event)}</span>
            <span className="ml-auto shrink-0 font-sans text-2xs text-faint tnum">change {event.step}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function touched(event: StateEvent): string {
  return (event.patch ?? []).map((operation) => operation.path).join(", ");
}
