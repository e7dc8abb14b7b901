/** Of what a call's cost is made, and where the figure comes from; or why there is none. Pure. */
import type { Derived } from "@/telemetry/trace/span-query";

export type CostDetails = NonNullable<Derived["cost_details"]>;
type Kind = CostDetails["parts"][number]["kind"];

export const KINDS: Record<Kind, string> = {
  input: "Input",
  cached_input: "Read from cache",
  cache_write: "Written to cache",
  audio_input: "Audio in",
  output: "Output",
  reasoning: "Reasoning",
  audio_output: "Audio out",
};

/** Two figures closer than this are the same one, rounded twice. */
const SAME_SHARE = 0.005;

interface CostNotes {
  cost: number | null;
  details: CostDetails;
  model: string | null;
  provider: string | null;
}

/** What the figures do not say themselves, in sentences. */
export function costNotes({ cost, details, model, provider }: CostNotes): string[] {
  const { computed_usd: computed, reported_usd: reported, price_date: day, price_table: table } = details;
  const notes: string[] = [];
  if (reported !== null) notes.push("The cost is the one that was reported with the span.");
  else if (cost !== null && computed !== null && differs(cost, computed))
    notes.push("The cost is that of the day on which the span arrived; prices have changed since.");
  if (computed !== null)
    notes.push(`Prices of ${day}${table === "bundled" ? "" : ` (${table})`}, US dollars per million tokens.`);
  if (details.unpriced_reason !== null)
    notes.push(whyUnpriced(details.unpriced_reason, model, provider, details));
  return notes;
}

function differs(a: number, b: number): boolean {
  return Math.abs(a - b) > SAME_SHARE * Math.max(a, b);
}

function whyUnpriced(
  reason: NonNullable<CostDetails["unpriced_reason"]>,
  model: string | null,
  provider: string | null,
  { price_date: day }: CostDetails,
): string {
  const asked = `${model ?? "the model"}${provider === null ? "" : ` at ${provider}`}`;
  const words: Record<typeof reason, string> = {
    no_role: "Nothing says that the span calls a model, so its tokens are not priced.",
    no_model: "The span names no model, so no price can be found.",
    unknown_model: `No price is known for ${asked} in the table of ${day}.`,
    no_price_then: `No price of ${asked} is known for the day of the call.`,
    no_input_tokens: "The input tokens were not recorded, so the cost cannot be computed.",
    no_output_tokens: "The output tokens were not recorded, so the cost cannot be computed.",
    no_output_price: `No price is known for the output of ${asked}.`,
  };
  return words[reason];
}
