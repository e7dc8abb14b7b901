/** Conversations and users that the telemetry names. */
import { http } from "msw";
import type { ResponseOf } from "@/lib/api/client";
import { guarded, ok, paged, problem } from "../answers.ts";
import type { MockTrace } from "../corpus.ts";
import type { MockStore } from "../store.ts";
import { usage } from "../usage.ts";

type ConversationDetail = ResponseOf<"/otel/conversations/{session_id}", "get">;
type Conversation = ResponseOf<"/otel/conversations", "get">["items"][number];
type TelemetryUser = ResponseOf<"/otel/users", "get">["items"][number];

export function conversationHandlers(store: MockStore) {
  return [
    http.get("*/otel/conversations", ({ request }) =>
      guarded(store, () =>
        ok<ResponseOf<"/otel/conversations", "get">>(
          paged(conversations(store), new URL(request.url).searchParams),
        ),
      ),
    ),
    http.get("*/otel/conversations/:conversationId", ({ params }) =>
      guarded(store, () => {
        const found = conversation(store, String(params.conversationId));
        return found ? ok<ConversationDetail>(found) : problem(404, "Unknown conversation");
      }),
    ),
    http.get("*/otel/users", ({ request }) =>
      guarded(store, () =>
        ok<ResponseOf<"/otel/users", "get">>(paged(users(store), new URL(request.url).searchParams)),
      ),
    ),
  ];
}

function numbers(traces: MockTrace[]) {
  const starts = traces.map(({ summary }) => summary.start_time).sort();
  return {
    first_start_time: starts[0] ?? "",
    last_start_time: starts.at(-1) ?? "",
    end_time: starts.at(-1) ?? "",
    trace_count: traces.length,
    span_count: traces.reduce((sum, { spans }) => sum + spans.length, 0),
    error_count: traces.reduce((sum, { summary }) => sum + summary.error_count, 0),
    services: [...new Set(traces.flatMap(({ summary }) => summary.services))].sort(),
    ...usage(traces),
  };
}

function byName(store: MockStore, name: "session_id" | "user_id"): Map<string, MockTrace[]> {
  const found = new Map<string, MockTrace[]>();
  for (const trace of store.traces) {
    const id = trace.summary[name];
    if (id !== null) found.set(id, [...(found.get(id) ?? []), trace]);
  }
  return found;
}

function conversations(store: MockStore): Conversation[] {
  return [...byName(store, "session_id")].map(([id, traces]) => ({
    session_id: id,
    first_root_name: traces.at(-1)?.summary.root_name ?? "",
    users: [...new Set(traces.flatMap(({ summary }) => summary.user_id ?? []))],
    ...numbers(traces),
  }));
}

function users(store: MockStore): TelemetryUser[] {
  return [...byName(store, "user_id")].map(([id, traces]) => ({
    user_id: id,
    session_count: new Set(traces.map(({ summary }) => summary.session_id)).size,
    ...numbers(traces),
  }));
}

const TURNS = 20;

function conversation(store: MockStore, id: string): ConversationDetail | undefined {
  const found = conversations(store).find((candidate) => candidate.session_id === id);
  if (!found) return undefined;
  const traces = (byName(store, "session_id").get(id) ?? []).slice(0, TURNS).reverse();
  return {
    ...found,
    next_cursor: null,
    traces: traces.map(({ summary, spans }) => ({
      ...summary,
      first_user_text: words(spans, "user"),
      last_answer_text: words(spans.toReversed(), "assistant"),
    })),
  };
}

function words(spans: MockTrace["spans"], role: string): string | null {
  for (const { derived } of spans) {
    const messages = role === "user" ? derived.input_messages : derived.output_messages;
    const message = messages.findLast((candidate) => role !== "user" || candidate.role === role);
    const part = message?.parts.find((candidate) => candidate.type === "text");
    if (part?.type === "text") return part.content;
  }
  return null;
}
