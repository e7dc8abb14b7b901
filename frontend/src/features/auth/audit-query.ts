/** Security events, newest first. */
import { infiniteQueryOptions } from "@tanstack/react-query";
import { api, deadline, type ResponseOf, unwrap } from "@/lib/api/client";
import { resolveTimeRange } from "@/lib/time-range";
import type { AuditSearch } from "./audit-search";

export type AuditEvent = ResponseOf<"/auth/audit", "get">["items"][number];

const PAGE_ROWS = 100;

export function auditQuery(search: AuditSearch) {
  return infiniteQueryOptions({
    queryKey: ["auth", "audit", search],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/auth/audit", {
          params: {
            query: {
              ...resolveTimeRange(search, Date.now()),
              limit: PAGE_ROWS,
              ...(search.action === undefined ? {} : { action: search.action }),
              ...(search.outcome === undefined ? {} : { outcome: search.outcome }),
              ...(pageParam === undefined ? {} : { cursor: pageParam }),
            },
          },
          signal: deadline(signal),
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}
