/** The filters and the order of the lists of conversations and users, as they stand in the URL. */
import type { Sort } from "@/components/ui/data-columns";
import { timeRangeSearch } from "@/lib/time-range";
import { z } from "@/lib/zod";

const text = z.coerce.string().min(1).optional().catch(undefined);

export const groupsSearch = timeRangeSearch.extend({
  q: text,
  service: text,
  user_id: text,
  /** What comes first; the latest active unless it is set. */
  order: z.enum(["start", "duration", "cost", "tokens", "errors", "spans"]).optional().catch(undefined),
  /** The highest first unless it is set. */
  direction: z.enum(["asc"]).optional().catch(undefined),
});

export type GroupsSearch = z.infer<typeof groupsSearch>;

export function groupSort({ order = "start", direction }: GroupsSearch): Sort {
  return { column: order, direction: direction ?? "desc" };
}

/** The latest active first leaves the URL clean. */
export function groupOrder({ column, direction }: Sort): Partial<GroupsSearch> {
  return {
    order: column === "start" ? undefined : (column as GroupsSearch["order"]),
    direction: direction === "asc" ? "asc" : undefined,
  };
}
