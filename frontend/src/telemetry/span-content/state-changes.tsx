/** Junjo state on a span: the changes it made, and a workflow's state before and after. */
import { Link } from "@tanstack/react-router";
import { ArrowUpRight, Diamond } from "lucide-react";
import { Badge } from "@/components/ui/badge";
import { JsonTree } from "@/components/ui/json-tree";
import { cn } from "@/lib/cn";
import { formatCount } from "@/lib/format/number";
import { parseJsonText } from "@/lib/json";
import type { SpanDetail } from "@/telemetry/trace/span-query";
import { Plate, Section } from "./section";
import { changedKeys, type PatchOperation, type StateChange, stateChanges } from "./state-events";

interface StateChangesProps {
  span: SpanDetail;
  /** The run in which the change can be looked at with the state around it. */
  runId: string | undefined;
}

export function StateChanges({ span, runId }: StateChangesProps) {
  const changes = stateChanges(span.events);
  if (changes.length === 0) return null;
  return (
    <Section title="State changes" note={changes.length}>
      {span.dropped_events_count > 0 && (
        <p className="text-warn text-xs">
          The SDK dropped {formatCount(span.dropped_events_count)} earlier events: this history is incomplete.
        </p>
      )}
      <ol className="min-w-0 overflow-hidden rounded-lg border border-line">
        {changes.map((change) => (
          <Change key={change.key} change={change} traceId={span.trace_id} runId={runId} />
        ))}
      </ol>
    </Section>
  );
}

interface ChangeProps {
  change: StateChange;
  traceId: string;
  runId: string | undefined;
}

function Change({ change, traceId, runId }: ChangeProps) {
  return (
    <li className="grid min-w-0 gap-1 border-line border-b px-3 py-2 last:border-b-0">
      <div className="flex min-w-0 items-center gap-1.5 text-xs">
        <Diamond size={11} className="shrink-0 text-[var(--role-workflow)]" aria-hidden />
        <code className="min-w-0 truncate font-mono">
          <span className="text-faint">{change.store}.</span>
          {change.action}
        </code>
        {change.sequence !== null && (
          <span className="ml-auto shrink-0 text-2xs text-faint tnum" title="Place in the store's history">
            #{change.sequence}
          </span>
        )}
        {runId !== undefined && change.eventId !== null && (
          <Link
            to="/runs/$traceId/$spanId"
            params={{ traceId, spanId: runId }}
            search={{ event: change.eventId }}
            className={cn(
              "inline-flex min-h-6 shrink-0 items-center gap-0.5 font-sans text-2xs text-accent-text hover:underline",
              change.sequence === null && "ml-auto",
            )}
          >
            In the run <ArrowUpRight size={11} />
          </Link>
        )}
      </div>
      {change.operations.length === 0 ? (
        <span className="pl-[17px] text-faint text-xs">
          {change.damaged ? "unreadable patch" : "no change"}
        </span>
      ) : (
        <ul className="grid min-w-0 gap-0.5 pl-[17px]">
          {change.operations.map((operation, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a patch is an ordered list
            <Operation key={index} operation={operation} />
          ))}
        </ul>
      )}
    </li>
  );
}

const TONES = { add: "ok", remove: "danger", replace: "accent" } as const;

function Operation({ operation }: { operation: PatchOperation }) {
  return (
    <li className="flex min-w-0 items-start gap-2 font-mono text-xs">
      <Badge
        tone={TONES[operation.op as keyof typeof TONES] ?? "neutral"}
        className="h-4.5 w-14 justify-center"
      >
        {operation.op}
      </Badge>
      <span className="shrink-0 text-muted">{operation.path}</span>
      {operation.value !== undefined && (
        <span className="min-w-0 truncate" title={operation.value}>
          {operation.value}
        </span>
      )}
    </li>
  );
}

export function WorkflowState({ span }: { span: SpanDetail }) {
  const before = stateOf(span, "start");
  const after = stateOf(span, "end");
  if (before === undefined && after === undefined) return null;
  return (
    <Section title="State" note={describeChange(before, after)}>
      <div className="grid min-w-0 gap-2 @lg:grid-cols-2">
        <Plate>
          <p className="mb-1 text-2xs text-faint">Before</p>
          <JsonTree value={before ?? {}} label="State before" openDepth={1} />
        </Plate>
        <Plate>
          <p className="mb-1 text-2xs text-faint">After</p>
          <JsonTree value={after ?? {}} label="State after" openDepth={1} />
        </Plate>
      </div>
    </Section>
  );
}

const NAMED_MAX = 5;

function describeChange(before: unknown, after: unknown): string {
  const changed = changedKeys(before, after);
  if (changed.length === 0) return "unchanged by the run";
  const more = changed.length - NAMED_MAX;
  return `changed ${changed.slice(0, NAMED_MAX).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

function stateOf(span: SpanDetail, end: "start" | "end"): unknown {
  const text = span.attributes[`junjo.workflow.state.${end}`] ?? span.attributes[`junjo.agent.state.${end}`];
  return typeof text === "string" ? parseJsonText(text) : undefined;
}
