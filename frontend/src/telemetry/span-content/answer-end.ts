/** Why an answer is not whole, in words; nothing for one that came to its end. Pure. */
import type { SpanDetail } from "@/telemetry/trace/span-query";

/** Reasons that providers give for an answer that they ended themselves. */
const CUT_SHORT: Record<string, string> = {
  length: "the model reached the limit of its output tokens",
  max_tokens: "the model reached the limit of its output tokens",
  max_output_tokens: "the model reached the limit of its output tokens",
  model_length: "the model reached the length of its context",
  model_context_window_exceeded: "the model reached the length of its context",
  content_filter: "a content filter ended it",
  safety: "a content filter ended it",
  recitation: "a content filter ended it",
  refusal: "the provider ended it",
  incomplete: "the provider ended it",
};

export function isCutShort(finishReason: string): boolean {
  return Object.hasOwn(CUT_SHORT, finishReason.toLowerCase());
}

type Ended = Pick<SpanDetail, "status"> & {
  derived: Pick<SpanDetail["derived"], "finish_reasons" | "output_messages" | "cancelled" | "role">;
};

export function cutOffReason({ status, derived }: Ended): string | undefined {
  if (derived.output_messages.length === 0) return undefined;
  if (derived.cancelled) return "the run was cancelled";
  const named = derived.finish_reasons.find(isCutShort);
  if (named !== undefined) return CUT_SHORT[named.toLowerCase()];
  return status === "error" && derived.role === "llm" && derived.finish_reasons.length === 0
    ? "the call failed before the answer was whole"
    : undefined;
}
