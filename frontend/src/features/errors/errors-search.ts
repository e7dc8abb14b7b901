/** What the list of errors is about, as it stands in the URL. */
import { timeRangeSearch } from "@/lib/time-range";
import { z } from "@/lib/zod";

export const SHOWN = ["open", "resolved", "muted", "all"] as const;

export const errorsSearch = timeRangeSearch.extend({
  service: z.coerce.string().min(1).optional().catch(undefined),
  /** Which groups are listed; the open ones unless it says otherwise. */
  state: z.enum(SHOWN).optional().catch(undefined),
});

export type ErrorsSearch = z.infer<typeof errorsSearch>;
