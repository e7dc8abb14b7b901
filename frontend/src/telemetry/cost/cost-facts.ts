/** Of what a call's cost is made, and where the figure comes from; or why there is none. Pure. */
import type { Derived } from "@/telemetry/trace/span-query";

type Priced = Pick<
  Derived,
  | "cost_usd"
  | "cost_source"
  | "model"
  | "provider"
  | "input_tokens"
  | "cached_input_tokens"
  | "cache_write_tokens"
  | "audio_input_tokens"
  | "output_tokens"
  | "reasoning_tokens"
  | "audio_output_tokens"
>;

/** Tokens of each kind that a provider prices by itself, those that were used alone. */
export function tokenKinds(call: Priced): [kind: string, tokens: number][] {
  const known = (tokens: number | null) => tokens ?? 0;
  const special =
    known(call.cached_input_tokens) + known(call.cache_write_tokens) + known(call.audio_input_tokens);
  const kinds: [string, number][] = [
    [special > 0 ? "Other input" : "Input", Math.max(0, known(call.input_tokens) - special)],
    ["Input from cache", known(call.cached_input_tokens)],
    ["Input written to cache", known(call.cache_write_tokens)],
    ["Audio input", known(call.audio_input_tokens)],
    ["Output", known(call.output_tokens)],
    ["of it reasoning", known(call.reasoning_tokens)],
    ["of it audio", known(call.audio_output_tokens)],
  ];
  return kinds.filter(([, tokens]) => tokens > 0);
}

/** Where the figure comes from, as a sentence. */
export function costSource({ cost_source: source }: Pick<Priced, "cost_source">): string | undefined {
  if (source === null) return undefined;
  if (source === "provider") return "Reported with the span by whoever sent it.";
  const date = source.replace(/^table:/, "");
  return `Computed from the tokens with the price table of ${date}.`;
}

/** Why there is no cost, as a sentence. */
export function whyUnpriced({ model, provider, input_tokens, output_tokens }: Priced): string {
  if (input_tokens === null && output_tokens === null)
    return "No token counts were recorded, so nothing can be computed.";
  if (model === null) return "The span names no model, so no price can be found.";
  return `No price is known for ${model}${provider === null ? "" : ` at ${provider}`}.`;
}
