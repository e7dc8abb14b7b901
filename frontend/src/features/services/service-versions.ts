/** When each version of a service was there, from buckets over time. Pure. */
import type { Stats, StatsItem } from "@/telemetry/stats/stats-query";

export interface ServiceVersion {
  version: string | null;
  count: number;
  errorCount: number;
  /** Milliseconds since 1970, as exactly as the buckets are wide. */
  firstMs: number;
  lastMs: number;
}

const FIELD = "service_version";

/** The newest first. `totals` of the answer are not needed: they do not say when. */
export function versionsOf({
  items,
  interval_seconds,
}: Pick<Stats, "items" | "interval_seconds">): ServiceVersion[] {
  const versions = new Map<string | null, ServiceVersion>();
  for (const item of items) add(versions, item, (interval_seconds ?? 0) * 1_000);
  return [...versions.values()].sort((a, b) => b.lastMs - a.lastMs || b.firstMs - a.firstMs);
}

function add(versions: Map<string | null, ServiceVersion>, item: StatsItem, widthMs: number): void {
  const startMs = Date.parse(item.start_time ?? "");
  if (item.count === 0 || Number.isNaN(startMs)) return;
  const version = item.group[FIELD] ?? null;
  const known = versions.get(version);
  const endMs = startMs + widthMs;
  versions.set(version, {
    version,
    count: (known?.count ?? 0) + item.count,
    errorCount: (known?.errorCount ?? 0) + item.error_count,
    firstMs: Math.min(known?.firstMs ?? startMs, startMs),
    lastMs: Math.max(known?.lastMs ?? endMs, endMs),
  });
}
