/** One log record in full: its words, attributes and where it comes from. Bodies are text, never HTML. */
import type { ReactNode } from "react";
import { CopyButton } from "@/components/ui/copy-button";
import { JsonTree } from "@/components/ui/json-tree";
import { LongText } from "@/components/ui/long-text";
import { formatExact } from "@/lib/format/time";
import { hasContent, toText } from "@/lib/json";
import type { LogRecord } from "./logs-query";

export function LogDetails({ record }: { record: LogRecord }) {
  return (
    <div className="grid min-w-0 gap-4">
      {hasContent(record.body) && (
        <Part title="Body" copy={() => toText(record.body)}>
          <div className="min-w-0 rounded-lg border border-line bg-sunken p-2.5">
            {typeof record.body === "object" ? (
              <JsonTree value={record.body} label="Body" openDepth={3} />
            ) : (
              <LongText text={String(record.body)} className="font-mono text-xs leading-5" />
            )}
          </div>
        </Part>
      )}
      {hasContent(record.attributes) && (
        <Part title="Attributes" copy={() => toText(record.attributes)}>
          <JsonTree value={record.attributes} label="Attributes" openDepth={1} />
        </Part>
      )}
      {record.dropped_attributes_count > 0 && (
        <p className="text-warn text-xs">{record.dropped_attributes_count} attributes dropped by the SDK.</p>
      )}
      <Part title="Source">
        <dl className="grid min-w-0 grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-xs">
          <Row name="Service">{record.service}</Row>
          <Row name="Scope">
            {record.scope.name || "(unnamed)"} {record.scope.version}
          </Row>
          <Row name="Happened">{record.time_unix_nano === "0" ? "not said" : formatExact(record.time)}</Row>
          <Row name="Received">{formatExact(record.received_at)}</Row>
        </dl>
      </Part>
      {hasContent(record.resource.attributes) && (
        <Part title="Resource">
          <JsonTree value={record.resource.attributes} label="Resource attributes" openDepth={1} />
        </Part>
      )}
    </div>
  );
}

function Part({ title, copy, children }: { title: string; copy?: () => string; children: ReactNode }) {
  return (
    <section className="grid min-w-0 gap-1.5">
      <div className="flex min-h-6 items-center gap-2">
        <h3 className="font-medium text-muted text-xs">{title}</h3>
        {copy && <CopyButton text={copy} what={title.toLowerCase()} className="ml-auto" />}
      </div>
      {children}
    </section>
  );
}

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-faint">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}
