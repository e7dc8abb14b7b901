/** What an agent did, in order: model requests and the tool calls that they asked for. It stands where a graph would. */
import { Link } from "@tanstack/react-router";
import { CircleAlert, Flag } from "lucide-react";
import { Badge } from "@/components/ui/badge";
import { rowLinkClass } from "@/components/ui/row-link";
import { RoleMark } from "@/features/otel/vocabulary/role-mark";
import { formatDuration } from "@/lib/format/duration";
import { plural } from "@/lib/format/number";
import type { AgentCall, RunView } from "./model/run-view";

export function AgentFlow({ run }: { run: RunView }) {
  const { agent } = run.detail;
  const models = run.calls.filter((call) => call.type !== "tool").length;
  const tools = run.calls.length - models;
  return (
    <div className="h-full overflow-y-auto p-4 sm:p-6">
      <div className="mx-auto grid max-w-xl gap-4">
        <p className="flex flex-wrap items-center gap-2 text-muted text-xs">
          <span>{limited(models, "model request", agent?.model_request_limit)}</span>
          <span aria-hidden>·</span>
          <span>{limited(tools, "tool call", agent?.tool_call_limit)}</span>
        </p>
        <ol aria-label="Calls of the agent" className="grid">
          {run.calls.map((call, index) => (
            <CallItem key={call.span_id} run={run} call={call} first={index === 0} />
          ))}
          <li className="grid grid-cols-[28px_minmax(0,1fr)] items-center gap-3">
            <span className="grid justify-items-center">
              <span className="h-3 w-px bg-line-strong" aria-hidden />
              <span className="grid size-7 place-items-center rounded-full border border-line-strong text-muted">
                <Flag size={13} aria-hidden />
              </span>
            </span>
            <span className="flex flex-wrap items-center gap-2 pt-3">
              <Badge tone={agent?.outcome === "completed" ? "ok" : agent?.outcome ? "danger" : "neutral"}>
                {agent?.outcome ?? "no outcome recorded"}
              </Badge>
              {agent?.termination_reason && (
                <span className="text-muted text-sm">{agent.termination_reason.replaceAll("_", " ")}</span>
              )}
            </span>
          </li>
        </ol>
      </div>
    </div>
  );
}

function limited(count: number, what: string, limit: number | null | undefined): string {
  return limit == null ? plural(count, what) : `${plural(count, what)} of at most ${limit}`;
}

function CallItem({ run, call, first }: { run: RunView; call: AgentCall; first: boolean }) {
  const isTool = call.type === "tool";
  const share = run.durationNanos > 0 ? (call.endNanos - call.startNanos) / run.durationNanos : 0;
  return (
    <li className="grid grid-cols-[28px_minmax(0,1fr)] gap-3">
      <span className="grid grid-rows-[12px_auto_1fr] justify-items-center">
        <span className={first ? "" : "h-full w-px bg-line-strong"} aria-hidden />
        <RoleMark spanRole={isTool ? "tool" : "llm"} size="md" />
        <span className="h-full w-px bg-line-strong" aria-hidden />
      </span>
      <div className="py-1.5">
        <div className="relative grid gap-0.5 overflow-hidden rounded-lg border border-line bg-raised px-3 py-2 hover:border-line-strong">
          <span className="flex min-w-0 items-center gap-2">
            <Link
              to="/traces/$traceId"
              params={{ traceId: run.detail.trace_id }}
              search={{ span: call.span_id }}
              className={rowLinkClass}
            >
              {call.target ?? call.name}
            </Link>
            {call.fixture && <Badge>fixture, no provider called</Badge>}
            {call.failed && (
              <CircleAlert size={14} className="shrink-0 text-danger-text" aria-label="failed" />
            )}
            <span className="ml-auto shrink-0 text-muted text-xs tnum">
              {formatDuration(call.endNanos - call.startNanos)}
            </span>
          </span>
          <span className="flex min-w-0 gap-2 text-faint text-xs">
            <span className="truncate">{call.name}</span>
            {call.response_type && <span>answered with {call.response_type.replaceAll("_", " ")}</span>}
          </span>
          {(call.error_type || call.error_message) && (
            <span className="text-danger-text text-xs">
              <span className="font-mono">{call.error_type}</span> {call.error_message}
            </span>
          )}
          <span
            aria-hidden
            className="absolute bottom-0 left-0 h-[2px]"
            style={{
              width: `${Math.min(100, share * 100)}%`,
              backgroundColor: isTool ? "var(--role-tool)" : "var(--role-llm)",
            }}
          />
        </div>
      </div>
    </li>
  );
}
