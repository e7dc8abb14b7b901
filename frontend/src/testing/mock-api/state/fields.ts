/** Fields of the filter language, in the order and the words of a server. */
import type { ResponseOf } from "@/lib/api/client";

type Field = ResponseOf<"/otel/fields", "get">["items"][number];

const TEXT = ["=", "!=", "<", "<=", ">", ">=", "contains", "in", "not in", "exists"];
const ONE_OF = ["=", "!=", "in", "not in", "exists"];
const NUMBER = ["=", "!=", "<", "<=", ">", ">=", "in", "not in", "exists"];

const STATUSES = ["unset", "ok", "error"];
const KINDS = ["unspecified", "internal", "server", "client", "producer", "consumer"];
const ROLES = [
  "workflow",
  "subflow",
  "node",
  "run_concurrent",
  "agent",
  "llm",
  "embedding",
  "retriever",
  "tool",
];

const all = (names: string[], kind: Field["kind"], ops: string[], values: string[] = []) =>
  names.map((name): Field => ({ name, kind, ops, values }));

export function mockFields(): Field[] {
  return [
    ...all(["trace_id", "span_id", "parent_span_id"], "id", ONE_OF),
    ...all(["start_time_unix_nano", "duration_ns"], "integer", NUMBER),
    ...all(["duration_ms"], "milliseconds", NUMBER),
    ...all(["kind"], "word", ONE_OF, KINDS),
    ...all(["status"], "word", ONE_OF, STATUSES),
    ...all(["project", "service", "name"], "text", TEXT),
    ...all(["role"], "word", ONE_OF, ROLES),
    ...all(["is_model_call", "is_root"], "boolean", ONE_OF, ["true", "false"]),
    ...all(["provider", "model", "session_id", "user_id"], "text", TEXT),
    ...all(["error_type", "agent_name", "tool_name", "structural_id"], "text", TEXT),
    ...all(["input_tokens", "output_tokens", "total_tokens"], "integer", NUMBER),
    ...all(["cost_usd"], "number", NUMBER),
    ...all(["state_event_count", "exception_count"], "integer", NUMBER),
  ];
}
