/** The filters of the lists of conversations and users, as they stand in the URL. */
import { timeRangeSearch } from "@/lib/time-range";
import { z } from "@/lib/zod";

const text = z.coerce.string().min(1).optional().catch(undefined);

export const groupsSearch = timeRangeSearch.extend({ q: text, service: text, user_id: text });

export type GroupsSearch = z.infer<typeof groupsSearch>;
