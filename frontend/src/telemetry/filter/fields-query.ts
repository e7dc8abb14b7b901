/** The fields that filters can name, as the server lists them. */
import { queryOptions } from "@tanstack/react-query";
import { api, deadline, unwrap } from "@/lib/api/client";
import { describeFields } from "./field-words";

/** The list changes with the server's version, so it is as good as constant while a page is open. */
const STALE_MS = 3_600_000;

export function filterFieldsQuery() {
  return queryOptions({
    queryKey: ["otel", "fields"],
    queryFn: ({ signal }) => unwrap(api.GET("/otel/fields", { signal: deadline(signal) })),
    select: ({ items }) => describeFields(items),
    staleTime: STALE_MS,
  });
}
