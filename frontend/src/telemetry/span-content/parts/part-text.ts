/** A part of a message as text to copy. Pure. */
import { toText } from "@/lib/json";
import type { MessagePart } from "@/telemetry/trace/span-query";

export function partText(part: MessagePart): string {
  switch (part.type) {
    case "text":
    case "reasoning":
      return part.content;
    case "tool_call":
      return toText(part.arguments);
    case "tool_call_response":
      return toText(part.response);
    case "other":
      return toText(part.value);
    default:
      return toText(part);
  }
}
