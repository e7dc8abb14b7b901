/** What the page of one user shows, as it stands in the URL. */
import { timeRangeSearch } from "@/lib/time-range";
import { z } from "@/lib/zod";

export const userSearch = timeRangeSearch.extend({
  tab: z.enum(["conversations"]).optional().catch(undefined),
  order: z.enum(["start", "duration", "cost", "tokens", "errors", "spans"]).optional().catch(undefined),
  direction: z.enum(["asc"]).optional().catch(undefined),
});

export type UserSearch = z.infer<typeof userSearch>;
