/** Where the span comes from: resource, instrumentation scope, and the remaining OTLP fields. */
import type { ReactNode } from "react";
import { CopyButton } from "@/components/ui/copy-button";
import { JsonTree } from "@/components/ui/json-tree";
import { formatExactNanos } from "@/lib/format/time";
import { hasContent, toText } from "@/lib/json";
import { Section } from "@/telemetry/span-content/section";
import type { SpanDetail } from "@/telemetry/trace/span-query";

export function ResourceTab({ span }: { span: SpanDetail }) {
  return (
    <div className="grid min-w-0 gap-5">
      <Section
        title="Resource"
        actions={
          <CopyButton text={() => toText(span.resource.attributes ?? {})} what="resource attributes" />
        }
      >
        <JsonTree value={span.resource.attributes ?? {}} label="Resource attributes" openDepth={1} />
      </Section>
      <Section title="Scope">
        <p className="font-mono text-xs">
          {span.scope.name || "(unnamed)"} <span className="text-faint">{span.scope.version}</span>
        </p>
        {hasContent(span.scope.attributes) && (
          <JsonTree value={span.scope.attributes} label="Scope attributes" />
        )}
      </Section>
      <Section title="Span">
        <dl className="grid min-w-0 grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-xs">
          <Row name="Trace id">{span.trace_id}</Row>
          <Row name="Span id">{span.span_id}</Row>
          <Row name="Parent">{span.parent_span_id ?? "none"}</Row>
          <Row name="Kind">{span.kind}</Row>
          <Row name="Start">{formatExactNanos(span.start_time_unix_nano)}</Row>
          <Row name="End">{formatExactNanos(span.end_time_unix_nano)}</Row>
          <Row name="Duration">{span.duration_ns} ns</Row>
          <Row name="Flags">{span.flags}</Row>
          {span.trace_state && <Row name="Trace state">{span.trace_state}</Row>}
          {span.status_message && <Row name="Status message">{span.status_message}</Row>}
        </dl>
      </Section>
    </div>
  );
}

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-faint">{name}</dt>
      <dd className="break-all font-mono">{children}</dd>
    </>
  );
}
