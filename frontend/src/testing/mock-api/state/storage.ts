/** Retention and deletions of the mock. */
import type { ResponseOf } from "@/lib/api/client";

/** How long the mock's disk takes. */
const UPKEEP_MS = 5_000;
const SHOWN_TRACE_IDS_MAX = 100;
const HOUR_MS = 3_600_000;

type Retention = ResponseOf<"/otel/retention", "get">;
type Deletion = ResponseOf<"/otel/deletions", "get">["items"][number];

export interface MockStorage {
  retention: Retention;
  /** Newest first; how far one is follows from when it was requested. */
  deletions: Omit<Deletion, "state" | "finished_at">[];
}

export function mockStorage(nowMs: number): MockStorage {
  const requested = (hours: number) => new Date(nowMs - hours * HOUR_MS).toISOString();
  return {
    retention: {
      days: 30,
      bytes: 20 * 1024 ** 3,
      services: [
        { service: "chat-frontend", days: 90 },
        { service: "rag-api", days: 7 },
      ],
    },
    deletions: [
      deletion("deletion-3", requested(3), { service: "rag-api" }, null),
      deletion("deletion-2", requested(50), { trace_ids: ["0af7651916cd43dd8448eb211c80319c"] }, "user-1"),
      deletion(
        "deletion-1",
        requested(400),
        { trace_ids: Array.from({ length: 212 }, (_, index) => index.toString(16).padStart(32, "0")) },
        "user-2",
      ),
    ],
  };
}

export function deletion(
  id: string,
  requestedAt: string,
  what: { service: string } | { trace_ids: string[] },
  by: string | null,
): MockStorage["deletions"][number] {
  const ids = "trace_ids" in what ? what.trace_ids : null;
  return {
    id,
    requested_at: requestedAt,
    requested_by: by,
    service: "service" in what ? what.service : null,
    trace_count: ids?.length ?? null,
    trace_ids: ids?.slice(0, SHOWN_TRACE_IDS_MAX) ?? [],
    through_sequence: 1,
  };
}

/** The deletion as it stands at that time. */
export function progressed(one: MockStorage["deletions"][number], nowMs: number): Deletion {
  const finishedMs = Date.parse(one.requested_at) + UPKEEP_MS;
  if (nowMs < finishedMs) return { ...one, state: "pending", finished_at: null };
  return { ...one, state: "done", finished_at: new Date(finishedMs).toISOString() };
}

/** What `/otel/status` says of it. */
export function upkeepOf(storage: MockStorage, nowMs: number): ResponseOf<"/otel/status", "get">["upkeep"] {
  const pending = storage.deletions.filter((one) => progressed(one, nowMs).state === "pending");
  return {
    last_at: new Date(nowMs - 12_000).toISOString(),
    last_error: null,
    note: null,
    rewritten_files: storage.deletions.length,
    pending_deletions: pending.length,
  };
}
