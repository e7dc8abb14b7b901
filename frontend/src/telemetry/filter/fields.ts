/** Fields that filters can name, with a word about each; attributes of any name come on top. */
import { ROLE_IDS } from "@/telemetry/vocabulary/roles";
import type { FilterField } from "./suggest";

export const FILTER_FIELDS: readonly FilterField[] = [
  { name: "service", kind: "text", hint: "who sent the span" },
  { name: "name", kind: "text", hint: "name of the span" },
  { name: "role", kind: "text", hint: "what the span does", values: ROLE_IDS },
  { name: "status", kind: "text", hint: "as in OpenTelemetry", values: ["unset", "ok", "error"] },
  { name: "model", kind: "text", hint: "model of the call" },
  { name: "provider", kind: "text", hint: "who runs the model" },
  { name: "duration_ms", kind: "number", hint: "milliseconds" },
  { name: "input_tokens", kind: "number", hint: "with cached ones" },
  { name: "output_tokens", kind: "number", hint: "with reasoning" },
  { name: "total_tokens", kind: "number", hint: "input and output" },
  { name: "cost_usd", kind: "number", hint: "US dollars" },
  { name: "session_id", kind: "text", hint: "conversation" },
  { name: "user_id", kind: "text", hint: "person" },
  { name: "error_type", kind: "text", hint: "class of the error" },
  { name: "agent_name", kind: "text", hint: "agent" },
  { name: "tool_name", kind: "text", hint: "tool" },
  {
    name: "kind",
    kind: "text",
    hint: "span kind",
    values: ["internal", "server", "client", "producer", "consumer"],
  },
  { name: "is_model_call", kind: "boolean", hint: "usage is counted here", values: ["true", "false"] },
  { name: "structural_id", kind: "text", hint: "graph of a workflow" },
  { name: "state_event_count", kind: "number", hint: "state changes" },
  { name: "exception_count", kind: "number", hint: "exceptions" },
];

/** Fields whose values are worth asking the server for. */
export const FIELDS_WITH_VALUES: ReadonlySet<string> = new Set([
  "service",
  "name",
  "model",
  "provider",
  "error_type",
  "agent_name",
  "tool_name",
  "session_id",
  "user_id",
]);
