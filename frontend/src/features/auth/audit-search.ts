/** The filters of the audit log, as they stand in the URL. */
import { timeRangeSearch } from "@/lib/time-range";
import { z } from "@/lib/zod";

export const auditSearch = timeRangeSearch.extend({
  action: z.coerce.string().min(1).optional().catch(undefined),
  outcome: z.enum(["success", "refused"]).optional().catch(undefined),
});

export type AuditSearch = z.infer<typeof auditSearch>;
