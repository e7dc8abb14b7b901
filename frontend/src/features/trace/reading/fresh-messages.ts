/** What a model call adds to the conversation: models are sent all of it again with every call. Pure. */
import type { Message } from "@/telemetry/trace/span-query";

interface FreshMessages {
  /** Said by earlier calls or shown by spans of tools. */
  earlier: Message[];
  fresh: Message[];
}

/**
 * Fresh is what stands behind the last answer in the input; with no answer in it, all of it. Results of tools are left to the spans
 * of the tools, where the trace has any.
 */
export function freshMessages(input: readonly Message[], toolsHaveSpans: boolean): FreshMessages {
  const last = input.findLastIndex(({ role }) => role === "assistant");
  const earlier = input.slice(0, last + 1);
  const fresh: Message[] = [];
  for (const message of input.slice(last + 1)) {
    const isTold = toolsHaveSpans && (message.role === "tool" || message.parts.every(isResult));
    if (isTold && message.parts.length > 0) earlier.push(message);
    else fresh.push(message);
  }
  return { earlier, fresh };
}

function isResult({ type }: Message["parts"][number]): boolean {
  return type === "tool_call_response";
}
