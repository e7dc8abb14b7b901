import { describe, expect, it } from "vitest";
import { describeIngest, type IngestStatus, rejectionSince, storageParts } from "./status-query";

const healthy: IngestStatus = {
  accepted_spans: 10,
  indexed_spans: 10,
  duplicate_spans: 0,
  quarantined_batches: 0,
  wal: { batches: 0, bytes: 0, file_bytes: 0, oldest_age_ms: 0 },
  index: "ok",
  index_detail: null,
  accepted_logs: 0,
  indexed_logs: 0,
  duplicate_logs: 0,
  log_records_received: 0,
  metric_points_received: 0,
  sources: [],
  keys: [],
  recent_rejections: [],
  lag_ms: 0,
  store: { spans: 10, logs: 0, bytes: 430 },
  archive: { files: 1, bytes: 2_880, unreadable_files: 0 },
  memory: [],
  upkeep: { last_at: null, last_error: null, note: null, rewritten_files: 0, pending_deletions: 0 },
};

describe("describeIngest", () => {
  /** Trouble is named, worst first; nothing is claimed before the first answer. */
  it("names the state of ingestion", () => {
    expect(describeIngest(healthy, false)).toEqual({ tone: "ok", text: "Receiving" });
    expect(describeIngest({ ...healthy, lag_ms: 9_000 }, false).tone).toBe("warn");
    expect(describeIngest({ ...healthy, index: "rebuilding" }, false).text).toBe("Index rebuilding");
    expect(describeIngest({ ...healthy, quarantined_batches: 2 }, false).text).toContain("2 batches");
    expect(describeIngest(healthy, true).tone).toBe("down");
    expect(describeIngest(undefined, false).text).toBe("Connecting…");
  });

  /** Somebody who waits for the first trace is told why theirs was refused, but not about yesterday's. */
  it("finds rejections since a moment", () => {
    const refused = {
      at: "2026-11-21T12:00:00Z",
      count: 3,
      detail: "Unknown key.",
      reason: "unauthenticated",
      signal: "traces",
      source: null,
    };
    const status = { ...healthy, recent_rejections: [refused] };
    expect(rejectionSince(status, Date.parse("2026-11-21T11:59:00Z"))).toBe(refused);
    expect(rejectionSince(status, Date.parse("2026-11-21T12:01:00Z"))).toBeUndefined();
    expect(rejectionSince(undefined, 0)).toBeUndefined();
  });
});

describe("storageParts", () => {
  /** The log counts with its whole file, free pages included, because that is what the disk holds. */
  it("adds up to what is on disk", () => {
    const status = { ...healthy, wal: { batches: 2, bytes: 10, file_bytes: 4_096, oldest_age_ms: 5 } };
    expect(storageParts(status).map(({ id, bytes }) => [id, bytes])).toEqual([
      ["archive", 2_880],
      ["index", 430],
      ["log", 4_096],
    ]);
    expect(storageParts(status)[2]?.note).toBe("2 requests not archived yet");
    expect(storageParts(healthy)[2]?.note).toBe("all archived (space is reused)");
  });
});
