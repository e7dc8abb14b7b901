import { describe, expect, it } from "vitest";
import type { StatsItem } from "@/telemetry/stats/stats-query";
import { versionsOf } from "./service-versions";

const bucket = (time: string, version: string | null, count: number, failed = 0) =>
  ({
    start_time: `2026-11-29T${time}:00Z`,
    group: { service_version: version },
    count,
    error_count: failed,
  }) as unknown as StatsItem;

describe("versionsOf", () => {
  /** Scenario: a release in the middle of the window, and spans without a version. Guarantee: each has its time, the newest first. */
  it("says when each version was there", () => {
    const versions = versionsOf({
      interval_seconds: 3_600,
      items: [
        bucket("10:00", "1.0", 4),
        bucket("10:00", null, 1),
        bucket("11:00", "1.0", 2, 1),
        bucket("12:00", "1.1", 3),
      ],
    });
    expect(versions.map(({ version, count, errorCount }) => [version, count, errorCount])).toEqual([
      ["1.1", 3, 0],
      ["1.0", 6, 1],
      [null, 1, 0],
    ]);
    expect(versions[1]).toMatchObject({
      firstMs: Date.parse("2026-11-29T10:00:00Z"),
      lastMs: Date.parse("2026-11-29T12:00:00Z"),
    });
  });
});
