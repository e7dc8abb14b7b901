/** Fields of the filter language, in the order and the words of a server. */

interface MockField {
  name: string;
  kind: string;
  ops: string[];
}

const TEXT = ["=", "!=", "contains", "in", "not in", "exists"];
const ONE_OF = ["=", "!=", "in", "not in", "exists"];
const NUMBER = ["=", "!=", "<", "<=", ">", ">=", "in", "not in", "exists"];
const BOOLEAN = ["=", "!="];

const NAMES: [kind: string, ops: string[], names: string[]][] = [
  ["id", ONE_OF, ["trace_id", "span_id", "parent_span_id"]],
  ["time", NUMBER, ["start_time_unix_nano"]],
  ["duration", NUMBER, ["duration_ms", "duration_ns"]],
  ["kind", ONE_OF, ["kind"]],
  ["status", ONE_OF, ["status"]],
  ["text", TEXT, ["service", "name"]],
  ["role", ONE_OF, ["role"]],
  ["boolean", BOOLEAN, ["is_model_call", "is_root"]],
  ["text", TEXT, ["provider", "model", "session_id", "user_id", "error_type", "agent_name", "tool_name"]],
  ["number", NUMBER, ["input_tokens", "output_tokens", "total_tokens", "cost_usd"]],
  ["text", TEXT, ["structural_id"]],
  ["number", NUMBER, ["state_event_count", "exception_count"]],
];

export function mockFields(): MockField[] {
  return NAMES.flatMap(([kind, ops, names]) => names.map((name) => ({ name, kind, ops })));
}
