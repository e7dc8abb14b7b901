/** Retention and deletion of the mock. */
import { http } from "msw";
import type { Deletion, Retention } from "@/features/storage/storage-query";
import type { ResponseOf } from "@/lib/api/client";
import { guarded, ok, paged, problem } from "./answers.ts";
import type { MockTrace } from "./corpus.ts";
import type { MockStore } from "./store.ts";

/** How long the mock's disk takes. */
const UPKEEP_MS = 5_000;
const SHOWN_TRACE_IDS_MAX = 100;
const HOUR_MS = 3_600_000;

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

function deletion(
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

export function storageHandlers(store: MockStore) {
  return [
    http.get("*/otel/retention", () => guarded(store, () => ok<Retention>(store.storage.retention))),
    http.put("*/otel/retention", async ({ request }) => {
      const { services } = (await request.json()) as Pick<Retention, "services">;
      services.sort((a, b) => a.service.localeCompare(b.service));
      store.storage.retention = { ...store.storage.retention, services };
      return ok<Retention>(store.storage.retention);
    }),
    http.get("*/otel/deletions", ({ request }) =>
      guarded(store, () => {
        const items = store.storage.deletions.map((one) => progressed(one, Date.now()));
        return ok<ResponseOf<"/otel/deletions", "get">>(paged(items, new URL(request.url).searchParams));
      }),
    ),
    http.post("*/otel/deletions", async ({ request }) => {
      const { service, ...traces } = (await request.json()) as Target;
      const gone = store.traces.filter((trace) => belongs(trace, { service, ...traces }));
      if (gone.length === 0 && service === undefined && !traces.trace_ids) {
        return problem(404, "Not found", "No trace belongs to it.");
      }
      store.traces = store.traces.filter((trace) => !gone.includes(trace));
      const what =
        service === undefined
          ? { trace_ids: traces.trace_ids ?? gone.map(({ traceId }) => traceId) }
          : { service };
      const id = `deletion-${store.storage.deletions.length + 1}`;
      const made = deletion(id, new Date().toISOString(), what, "user-1");
      store.storage.deletions = [made, ...store.storage.deletions];
      return ok<ResponseOf<"/otel/deletions", "post", 202>>(progressed(made, Date.now()), 202);
    }),
  ];
}

interface Target {
  service?: string | undefined;
  session_id?: string;
  user_id?: string;
  trace_ids?: string[];
}

function belongs({ traceId, summary }: MockTrace, target: Target): boolean {
  if (target.trace_ids) return target.trace_ids.includes(traceId);
  if (target.service !== undefined) return summary.services.includes(target.service);
  if (target.session_id !== undefined) return summary.session_id === target.session_id;
  return summary.user_id === target.user_id;
}

function progressed(one: MockStorage["deletions"][number], nowMs: number): Deletion {
  const finishedMs = Date.parse(one.requested_at) + UPKEEP_MS;
  if (nowMs < finishedMs) return { ...one, state: "pending", finished_at: null };
  return { ...one, state: "done", finished_at: new Date(finishedMs).toISOString() };
}

/** What `/otel/status` says of it. */
export function upkeepOf(store: MockStore, nowMs: number): ResponseOf<"/otel/status", "get">["upkeep"] {
  const pending = store.storage.deletions.filter((one) => progressed(one, nowMs).state === "pending");
  return {
    last_at: new Date(nowMs - 12_000).toISOString(),
    last_error: null,
    rewritten_files: store.storage.deletions.length,
    pending_deletions: pending.length,
  };
}
