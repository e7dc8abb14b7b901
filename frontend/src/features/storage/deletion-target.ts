/** What a deletion is about: one service, conversation or user, or traces by their ids. */
import { formatCount, plural } from "@/lib/format/number";

export type DeletionTarget =
  | { service: string }
  | { session_id: string }
  | { user_id: string }
  | { trace_ids: string[] };

export type TargetKind = "service" | "session_id" | "user_id" | "trace_ids";

/** Most that the server takes at once. */
const TRACE_IDS_MAX = 10_000;
const TRACE_ID = /^[0-9a-f]{32}$/;

/** The target that a person typed, or what is wrong with it. Pure. */
export function parseTarget(kind: TargetKind, text: string): DeletionTarget | { error: string } {
  if (kind === "trace_ids") return parseTraceIds(text);
  if (kind === "service") return { service: text };
  const id = text.trim();
  if (id === "") return { error: "Say which one." };
  return kind === "session_id" ? { session_id: id } : { user_id: id };
}

function parseTraceIds(text: string): DeletionTarget | { error: string } {
  const ids = [...new Set(text.toLowerCase().split(/[\s,;"']+/))].filter((id) => id !== "");
  const wrong = ids.find((id) => !TRACE_ID.test(id));
  if (ids.length === 0) return { error: "Give at least one trace id." };
  if (wrong !== undefined) {
    return { error: `“${shortened(wrong)}” is no trace id: it has 32 hexadecimal digits.` };
  }
  if (ids.length > TRACE_IDS_MAX) {
    return {
      error: `${plural(ids.length, "trace id")}; ${formatCount(TRACE_IDS_MAX)} at most at once.`,
    };
  }
  return { trace_ids: ids };
}

const SHOWN_MAX = 40;

function shortened(text: string): string {
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text;
}
