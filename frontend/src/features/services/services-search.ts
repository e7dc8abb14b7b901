/** The order of the table of services, as it stands in the URL. */
import { timeRangeSearch } from "@/lib/time-range";
import { z } from "@/lib/zod";

export const servicesSearch = timeRangeSearch.extend({
  order: z
    .enum(["name", "requests", "errors", "p50", "p95", "calls", "cost", "spans", "last"])
    .optional()
    .catch(undefined),
  direction: z.enum(["asc", "desc"]).optional().catch(undefined),
});

export type ServicesSearch = z.infer<typeof servicesSearch>;
