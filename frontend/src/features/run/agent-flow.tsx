/**
 * What an agent did, in order: model requests and the tool calls that they asked for. It stands where a graph would, and
 * follows the same step.
 */
import { Link } from "@tanstack/react-router";
import { CircleAlert, Flag } from "lucide-react";
import { Badge } from "@/components/ui/badge";
import { rowLinkClass } from "@/components/ui/row-link";
import { cn } from "@/lib/cn";
import { formatDuration } from "@/lib/format/duration";
import { plural } from "@/lib/format/number";
import { RoleMark } from "@/telemetry/vocabulary/role-mark";
import { CURRENT_CLASS, PHASE_CLASS, PHASE_WORD } from "./graph/flow-node";
import { callPhase, type Phase } from "./model/node-state";
import type { AgentCall, RunView } from "./model/run-view";

interface AgentFlowProps {
  run: RunView;
  /** The moment that is shown; undefined shows the whole run. */
  timeNanos: number | undefined;
  /** The span in which the present step happened. */
  currentSpan: string | undefined;
}

export function AgentFlow({ run, timeNanos, currentSpan }: AgentFlowProps) {
  const { agent } = run.detail;
  const models = run.calls.filter((call) => call.type !== "tool").length;
  const tools = run.calls.length - models;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <div tabIndex={0} className="h-full overflow-y-auto p-4 focus-visible:-outline-offset-2 sm:p-6">
      <div className="mx-auto grid max-w-2xl gap-4">
        <p className="flex flex-wrap items-center gap-2 text-muted text-xs">
          <span>{limited(models, "model request", agent?.model_request_limit)}</span>
          <span aria-hidden>·</span>
          <span>{limited(tools, "tool call", agent?.tool_call_limit)}</span>
        </p>
        <ol aria-label="Calls of the agent" className="grid">
          {run.calls.map((call, index) => (
            <CallItem
              key={call.span_id}
              run={run}
              call={call}
              first={index === 0}
              timeNanos={timeNanos}
              current={call.span_id === currentSpan}
            />
          ))}
          <End run={run} timeNanos={timeNanos} currentSpan={currentSpan} />
        </ol>
      </div>
    </div>
  );
}

function limited(count: number, what: string, limit: number | null | undefined): string {
  return limit == null ? plural(count, what) : `${plural(count, what)} of at most ${limit}`;
}

/** How it ended, once every call has. */
function End({ run, timeNanos, currentSpan }: AgentFlowProps) {
  const { agent } = run.detail;
  const over = timeNanos === undefined || run.calls.every((call) => call.endNanos <= timeNanos);
  const current = over && currentSpan === run.detail.span_id;
  return (
    <li
      aria-current={current ? "step" : undefined}
      className="grid grid-cols-[28px_minmax(0,1fr)] items-center gap-3"
    >
      <span className="grid justify-items-center">
        <span className={cn("h-3 w-px", run.calls.length > 0 && "bg-line-strong")} aria-hidden />
        <span
          className={cn(
            "grid size-7 place-items-center rounded-full border border-line-strong text-muted",
            !over && "border-dashed text-faint",
            current && CURRENT_CLASS,
          )}
        >
          <Flag size={13} aria-hidden />
        </span>
      </span>
      <span className="flex flex-wrap items-center gap-2 pt-3">
        {over ? (
          <Badge tone={agent?.outcome === "completed" ? "ok" : agent?.outcome ? "danger" : "neutral"}>
            {agent?.outcome ?? "no outcome recorded"}
          </Badge>
        ) : (
          <span className="text-muted text-xs">not yet over</span>
        )}
        {over && agent?.termination_reason && (
          <span className="text-muted text-sm">{agent.termination_reason.replaceAll("_", " ")}</span>
        )}
      </span>
    </li>
  );
}

interface CallItemProps {
  run: RunView;
  call: AgentCall;
  first: boolean;
  timeNanos: number | undefined;
  current: boolean;
}

function CallItem({ run, call, first, timeNanos, current }: CallItemProps) {
  const isTool = call.type === "tool";
  const phase = callPhase(call, timeNanos);
  const waiting = phase === "waiting";
  return (
    <li aria-current={current ? "step" : undefined} className="grid grid-cols-[28px_minmax(0,1fr)] gap-3">
      <span className="grid grid-rows-[12px_auto_1fr] justify-items-center">
        <span className={first ? "" : "h-full w-px bg-line-strong"} aria-hidden />
        <RoleMark spanRole={isTool ? "tool" : "llm"} size="md" />
        <span className="h-full w-px bg-line-strong" aria-hidden />
      </span>
      <div className="min-w-0 py-1.5">
        <div
          title={PHASE_WORD[phase]}
          className={cn(
            "relative grid min-w-0 gap-0.5 overflow-hidden rounded-lg border bg-raised px-3 pt-2 pb-2.5 transition-[border-color,box-shadow] hover:bg-hover",
            phase === "done" ? "border-line" : PHASE_CLASS[phase],
            current && CURRENT_CLASS,
          )}
        >
          <span className="flex min-w-0 items-center gap-2">
            <Link
              to="/traces/$traceId"
              params={{ traceId: run.detail.trace_id }}
              search={{ span: call.span_id }}
              className={cn(rowLinkClass, waiting && "text-faint")}
            >
              {call.target ?? call.name}
            </Link>
            {phase === "failed" && (
              <CircleAlert size={14} className="shrink-0 text-danger-text" aria-label="failed" />
            )}
            <span className="ml-auto shrink-0 text-muted text-xs tnum">
              {waiting ? "not yet" : formatDuration(call.endNanos - call.startNanos)}
            </span>
          </span>
          <span className="min-w-0 text-faint text-xs">{describe(call, phase)}</span>
          {phase === "failed" && (call.error_type || call.error_message) && (
            <span className="min-w-0 break-words text-danger-text text-xs">
              <span className="font-mono">{call.error_type}</span> {call.error_message}
            </span>
          )}
          {!waiting && <TimeBar run={run} call={call} />}
        </div>
      </div>
    </li>
  );
}

/** What is known of the call by then. */
function describe(call: AgentCall, phase: Phase): string {
  const ended = phase !== "waiting" && phase !== "active";
  const parts = [
    `${call.type === "tool" ? "tool call" : "model request"} ${call.ordinal ?? ""}`.trim(),
    ended && call.response_type && `answered with ${call.response_type.replaceAll("_", " ")}`,
    call.fixture && "fixture, no provider called",
  ];
  return parts.filter(Boolean).join(" · ");
}

/** When the call ran within the run. */
function TimeBar({ run, call }: { run: RunView; call: AgentCall }) {
  const total = run.durationNanos || 1;
  const percent = (nanos: number) => `${Math.min(100, Math.max(0, (nanos / total) * 100))}%`;
  const color = call.failed ? "var(--danger)" : call.type === "tool" ? "var(--role-tool)" : "var(--role-llm)";
  return (
    <span aria-hidden className="absolute inset-x-0 bottom-0 h-[3px]">
      <span
        className="absolute inset-y-0 min-w-1"
        style={{
          left: percent(call.startNanos),
          width: percent(call.endNanos - call.startNanos),
          backgroundColor: color,
        }}
      />
    </span>
  );
}
