/** What is on disk, as one bar and in numbers. */

import { formatBytes } from "@/lib/format/bytes";
import { plural } from "@/lib/format/number";
import { type IngestStatus, storageParts } from "@/telemetry/ingest/status-query";

const COLORS = {
  archive: "var(--role-workflow)",
  index: "var(--role-retriever)",
  log: "var(--role-llm)",
};

export function StorageUse({ status }: { status: IngestStatus }) {
  const parts = storageParts(status);
  const held = parts.filter((part) => part.bytes > 0);
  const total = parts.reduce((sum, part) => sum + part.bytes, 0);
  return (
    <div className="grid gap-4 rounded-lg border border-line p-4">
      <p className="flex items-baseline gap-2">
        <span className="font-semibold text-xl tnum">{formatBytes(total)}</span>
        <span className="text-faint text-sm">
          {status.store.spans == null
            ? "the index is not open yet"
            : `for ${plural(status.store.spans, "span")} and ${plural(status.store.logs ?? 0, "log record")}`}
        </span>
      </p>
      <div aria-hidden className="flex h-2.5 gap-0.5 overflow-hidden rounded-full bg-hover">
        {held.map((part) => (
          <span
            key={part.id}
            className="h-full min-w-0.5"
            style={{ flexGrow: part.bytes, flexBasis: 0, backgroundColor: COLORS[part.id] }}
          />
        ))}
      </div>
      <dl className="grid gap-x-6 gap-y-3 sm:grid-cols-3">
        {parts.map((part) => (
          <div key={part.id} className="grid min-w-0 gap-0.5">
            <dt className="flex items-center gap-2 text-sm">
              <span
                aria-hidden
                className="size-2 shrink-0 rounded-full"
                style={{ backgroundColor: COLORS[part.id] }}
              />
              {part.name}
              <span className="ml-auto font-medium tnum sm:ml-0">{formatBytes(part.bytes)}</span>
            </dt>
            <dd className="pl-4 text-faint text-xs">{part.note}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
