/** Reads Junjo's set_state events: which store, which action, which patch. Pure. */

import { jsonEntries } from "@/lib/json";
import type { SpanEvent } from "@/telemetry/trace/span-query";

export interface PatchOperation {
  op: string;
  path: string;
  /** The new value as JSON, or where it came from for move and copy. */
  value: string | undefined;
}

export interface StateChange {
  key: string;
  /** Id that the SDK gave the event. */
  eventId: string | null;
  store: string;
  action: string;
  /** Place in the store's history; SDKs before 0.65 do not send it. */
  sequence: number | null;
  operations: PatchOperation[];
  /** The patch could not be read. An empty one means that nothing changed. */
  damaged: boolean;
}

export function stateChanges(events: readonly SpanEvent[]): StateChange[] {
  return events
    .filter((event) => event.name === "set_state")
    .map((event, index) => {
      const attributes = event.attributes;
      const patch = readPatch(attributes["junjo.state_json_patch"]);
      const sequence = attributes["junjo.store.transition.sequence"];
      return {
        key: `${event.time_unix_nano}-${index}`,
        eventId: typeof attributes.id === "string" ? attributes.id : null,
        store: text(attributes["junjo.store.name"], "Store"),
        action: text(attributes["junjo.store.action"], "set_state"),
        sequence: typeof sequence === "number" ? sequence : null,
        operations: patch ?? [],
        damaged: patch === undefined,
      };
    });
}

/** Top-level keys whose value differs between two states. */
export function changedKeys(before: unknown, after: unknown): string[] {
  const old = new Map(jsonEntries(before));
  const now = new Map(jsonEntries(after));
  const keys = new Set([...old.keys(), ...now.keys()]);
  return [...keys].filter((key) => JSON.stringify(old.get(key)) !== JSON.stringify(now.get(key)));
}

/** An array of operations; `{}` is how SDKs up to 0.64 say "no change". */
function readPatch(value: unknown): PatchOperation[] | undefined {
  if (typeof value !== "string") return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(value);
  } catch {
    return undefined;
  }
  if (!Array.isArray(parsed)) return typeof parsed === "object" && parsed !== null ? [] : undefined;
  return parsed.map((entry) => {
    const operation = (entry ?? {}) as Record<string, unknown>;
    const from = operation.from;
    return {
      op: text(operation.op, "?"),
      path: text(operation.path, ""),
      value:
        "value" in operation
          ? JSON.stringify(operation.value)
          : typeof from === "string"
            ? `from ${from}`
            : undefined,
    };
  });
}

function text(value: unknown, fallback: string): string {
  return typeof value === "string" ? value : fallback;
}
