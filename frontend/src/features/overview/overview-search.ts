/** What the overview is about, as it stands in the URL. */
import { timeRangeSearch } from "@/lib/time-range";
import { z } from "@/lib/zod";

export const overviewSearch = timeRangeSearch.extend({
  service: z.coerce.string().min(1).optional().catch(undefined),
});

export type OverviewSearch = z.infer<typeof overviewSearch>;
