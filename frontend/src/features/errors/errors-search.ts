/** What the list of errors is about, as it stands in the URL. */
import { timeRangeSearch } from "@/lib/time-range";
import { z } from "@/lib/zod";

export const SHOWN = ["open", "resolved", "muted", "all"] as const;

export const errorsSearch = timeRangeSearch.extend({
  service: z.coerce.string().min(1).optional().catch(undefined),
  /** Text in the type, the message or the name of the span. */
  q: z.coerce.string().min(1).optional().catch(undefined),
  /** Which kinds are listed: those that wait for somebody, unless it says otherwise. */
  state: z.enum(SHOWN).optional().catch(undefined),
});

export type ErrorsSearch = z.infer<typeof errorsSearch>;
