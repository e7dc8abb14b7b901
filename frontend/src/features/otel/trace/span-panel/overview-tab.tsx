/** The span's story first: what failed, what was said, which tool ran, how the state changed. */
import { JsonTree } from "@/components/ui/json-tree";
import type { SpanDetail } from "@/features/otel/trace/span-query";
import { hasContent } from "@/lib/json";
import { Conversation } from "./conversation";
import { Documents } from "./documents";
import { Exceptions } from "./exceptions";
import { ModelFacts } from "./model-facts";
import { Payload } from "./payload";
import { Plate, Section } from "./section";
import { StateChanges, WorkflowState } from "./state-changes";
import { ToolCall } from "./tool-call";

export function OverviewTab({ span }: { span: SpanDetail }) {
  const { derived } = span;
  const talks = derived.input_messages.length > 0 || derived.output_messages.length > 0;
  const input = derived.input;
  const output = derived.output;
  const tells =
    talks ||
    derived.tool_call !== null ||
    derived.documents.length > 0 ||
    derived.exceptions.length > 0 ||
    hasContent(input) ||
    hasContent(output) ||
    span.events.some((event) => event.name === "set_state") ||
    span.attributes["junjo.workflow.state.start"] !== undefined;

  return (
    <div className="grid min-w-0 gap-5">
      <Cancelled span={span} />
      <Exceptions exceptions={derived.exceptions} status={span.status} statusMessage={span.status_message} />
      <ModelFacts derived={derived} />
      {derived.tool_call && <ToolCall call={derived.tool_call} />}
      {talks && <Conversation derived={derived} />}
      {!derived.tool_call && hasContent(input) && (
        <Section title="Input">
          <Plate>
            <Payload value={input} label="Input" />
          </Plate>
        </Section>
      )}
      {!derived.tool_call && hasContent(output) && (
        <Section title="Output">
          <Plate>
            <Payload value={output} label="Output" />
          </Plate>
        </Section>
      )}
      <Documents documents={derived.documents} />
      <StateChanges span={span} />
      <WorkflowState span={span} />
      {!tells && (
        <Section title="Attributes" note={derived.role === "node" ? "this node changed no state" : undefined}>
          <JsonTree value={span.attributes} label="Attributes" />
        </Section>
      )}
    </div>
  );
}

/** A cancelled span looks successful to OpenTelemetry; Junjo says why it stopped. */
function Cancelled({ span }: { span: SpanDetail }) {
  if (span.attributes["junjo.cancelled"] !== true) return null;
  const reason = span.attributes["junjo.cancelled_reason"];
  return (
    <p className="rounded-lg border border-warn/30 bg-warn/10 px-3 py-2 text-warn text-xs">
      Cancelled{typeof reason === "string" ? `: ${reason.replaceAll("_", " ")}` : ""}. It did not run to its
      end.
    </p>
  );
}
