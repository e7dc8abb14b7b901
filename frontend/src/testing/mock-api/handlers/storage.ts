/** Retention and deletion. */

import { http } from "msw";
import type { ResponseOf } from "@/lib/api/client";
import { guarded, ok, paged, problem } from "../answers.ts";
import { mockNow } from "../clock.ts";
import type { MockTrace } from "../corpus.ts";
import { deletion, progressed } from "../state/storage.ts";
import type { MockStore } from "../store.ts";

type Retention = ResponseOf<"/otel/retention", "get">;

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
        const items = store.storage.deletions.map((one) => progressed(one, mockNow()));
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
      const made = deletion(id, new Date(mockNow()).toISOString(), what, "user-1");
      store.storage.deletions = [made, ...store.storage.deletions];
      return ok<ResponseOf<"/otel/deletions", "post", 202>>(progressed(made, mockNow()), 202);
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
