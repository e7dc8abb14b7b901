/** What the server has accepted, indexed and stored. */
import { queryOptions } from "@tanstack/react-query";
import { api, deadline, type ResponseOf, unwrap } from "@/lib/api/client";
import { plural } from "@/lib/format/number";

export type IngestStatus = ResponseOf<"/otel/status", "get">;

const POLL_MS = 5_000;

export function statusQuery() {
  return queryOptions({
    queryKey: ["otel", "status"],
    queryFn: ({ signal }) => unwrap(api.GET("/otel/status", { signal: deadline(signal) })),
    refetchInterval: POLL_MS,
  });
}

/** Index this far behind the acknowledged spans is worth a word. */
const LAG_NOTICE_MS = 5_000;

export interface IngestHealth {
  tone: "ok" | "warn" | "down";
  text: string;
}

/** One line about the state of ingestion. Pure. */
export function describeIngest(status: IngestStatus | undefined, failed: boolean): IngestHealth {
  if (failed) return { tone: "down", text: "Server unreachable" };
  if (!status) return { tone: "ok", text: "Connecting…" };
  if (status.index !== "ok") return { tone: "warn", text: `Index ${status.index}` };
  if (status.quarantined_batches > 0) {
    return { tone: "warn", text: `${status.quarantined_batches} batches quarantined` };
  }
  if (status.lag_ms > LAG_NOTICE_MS) {
    return { tone: "warn", text: `Indexing is ${Math.round(status.lag_ms / 1000)} s behind` };
  }
  return { tone: "ok", text: "Receiving" };
}

/** The newest refusal after a moment: why somebody's spans do not show up. Pure. */
export function rejectionSince(status: IngestStatus | undefined, sinceMs: number) {
  return status?.recent_rejections.find((rejection) => Date.parse(rejection.at) >= sinceMs);
}

export interface StoragePart {
  id: "archive" | "index" | "log";
  name: string;
  note: string;
  bytes: number;
}

/** What the telemetry takes on disk, and why each part is there. Pure. */
export function storageParts(status: IngestStatus): StoragePart[] {
  const { archive, store, wal } = status;
  const waiting =
    wal.batches === 0
      ? "all archived (space is reused)"
      : `${plural(wal.batches, "request")} not archived yet`;
  return [
    {
      id: "archive",
      name: "Archive",
      note: `full spans and logs, ${plural(archive.files, "file")}${archive.unreadable_files > 0 ? `, ${archive.unreadable_files} unreadable` : ""}`,
      bytes: archive.bytes,
    },
    { id: "index", name: "Index", note: "rebuildable search index", bytes: store.bytes },
    { id: "log", name: "Write-ahead log", note: waiting, bytes: wal.file_bytes },
  ];
}
