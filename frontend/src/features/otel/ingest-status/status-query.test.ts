import { describe, expect, it } from "vitest";
import { describeIngest, type IngestStatus } from "./status-query";

const healthy: IngestStatus = {
  accepted_spans: 10,
  indexed_spans: 10,
  duplicate_spans: 0,
  quarantined_batches: 0,
  wal: { batches: 0, bytes: 0, oldest_age_ms: null },
  lag_ms: 0,
  store: { spans: 10, bytes: 430 },
  archive: { files: 1, bytes: 2_880 },
};

describe("describeIngest", () => {
  /** Trouble is named, worst first; nothing is claimed before the first answer. */
  it("names the state of ingestion", () => {
    expect(describeIngest(healthy, false)).toEqual({ tone: "ok", text: "Receiving" });
    expect(describeIngest({ ...healthy, lag_ms: 9_000 }, false).tone).toBe("warn");
    expect(describeIngest({ ...healthy, quarantined_batches: 2 }, false).text).toContain("2 batches");
    expect(describeIngest(healthy, true).tone).toBe("down");
    expect(describeIngest(undefined, false).text).toBe("Connecting…");
  });
});
