/** The filters of the list of runs, as they stand in the URL. */

import { timeRangeSearch } from "@/lib/time-range";
import { z } from "@/lib/zod";

const text = z.coerce.string().min(1).optional().catch(undefined);

export const runsSearch = timeRangeSearch.extend({
  service: text,
  name: text,
  status: z.enum(["unset", "ok", "error"]).optional().catch(undefined),
});

export type RunsSearch = z.infer<typeof runsSearch>;
