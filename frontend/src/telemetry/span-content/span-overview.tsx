/** The span's story first: what failed, what was said, which tool ran, how the state changed. */
import type { ReactNode } from "react";
import { JsonTree } from "@/components/ui/json-tree";
import { hasContent } from "@/lib/json";
import type { Derived, SpanDetail } from "@/telemetry/trace/span-query";
import { cutOffReason } from "./answer-end";
import { ContextFacts } from "./context-facts";
import { Conversation } from "./conversation";
import { Documents } from "./documents";
import { Evaluations } from "./evaluations";
import { Exceptions } from "./exceptions";
import { ModelFacts } from "./model-facts";
import { OfferedTools } from "./offered-tools";
import { Payload } from "./payload";
import { Plate, Section } from "./section";
import { StateChanges, WorkflowState } from "./state-changes";
import { ToolCall } from "./tool-call";

interface OverviewTabProps {
  span: SpanDetail;
  /** The run that the span belongs to, if any. */
  runId: string | undefined;
  /** What stands first unless the span holds a conversation of its own. */
  lead?: ReactNode;
}

export function OverviewTab({ span, runId, lead }: OverviewTabProps) {
  const { derived } = span;
  const talks = derived.input_messages.length > 0 || derived.output_messages.length > 0;
  return (
    <div className="grid min-w-0 gap-5">
      {derived.cancelled && <Cancelled reason={derived.cancelled_reason} />}
      <Exceptions
        exceptions={derived.exceptions}
        status={span.status}
        statusMessage={span.status_message || derived.error_message || derived.error_type || ""}
      />
      {!talks && lead}
      <ModelFacts derived={derived} />
      {derived.tool_call && <ToolCall call={derived.tool_call} />}
      {talks && <Conversation derived={derived} cutOff={cutOffReason(span)} />}
      {!talks && derived.tools.length > 0 && <OfferedTools tools={derived.tools} />}
      <Value title="Input" value={derived.input} />
      <Value title="Query" value={derived.retrieval?.query ?? derived.reranking?.query} />
      <Value title="Embedded" value={derived.embedding?.texts} />
      <Value title="Output" value={derived.output} />
      <Documents title="Documents" documents={derived.documents} />
      <StateChanges span={span} runId={runId} />
      <WorkflowState span={span} />
      <Evaluations evaluations={derived.evaluations} />
      <ContextFacts derived={derived} />
      {!tellsSomething(span) && (
        <Section title="Attributes" note={derived.role === "node" ? "this node changed no state" : undefined}>
          <JsonTree value={span.attributes} label="Attributes" />
        </Section>
      )}
    </div>
  );
}

/** Whether any part above has content; a span that is all attributes shows those. */
function tellsSomething({ derived, events, attributes }: SpanDetail): boolean {
  const values: (keyof Derived)[] = [
    "input_messages",
    "output_messages",
    "tool_call",
    "documents",
    "exceptions",
    "evaluations",
    "input",
    "output",
    "embedding",
  ];
  return (
    values.some((name) => hasContent(derived[name])) ||
    events.some((event) => event.name === "set_state") ||
    attributes["junjo.workflow.state.start"] !== undefined
  );
}

function Value({ title, value }: { title: string; value: unknown }) {
  if (!hasContent(value)) return null;
  return (
    <Section title={title}>
      <Plate>
        <Payload value={value} label={title} />
      </Plate>
    </Section>
  );
}

/** A cancelled span looks successful to OpenTelemetry; Junjo says why it stopped. */
function Cancelled({ reason }: { reason: string | null }) {
  return (
    <p className="rounded-lg border border-warn/30 bg-warn/10 px-3 py-2 text-warn text-xs">
      Cancelled{reason ? `: ${reason.replaceAll("_", " ")}` : ""}. It did not run to its end.
    </p>
  );
}
