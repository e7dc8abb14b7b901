/** Finds spans of one trace by what they hold: the server looks into messages, attributes, events and status messages. */
import { queryOptions } from "@tanstack/react-query";
import { api, deadline, type ResponseOf, unwrap } from "@/lib/api/client";

interface ContentHits {
  spanIds: ReadonlySet<string>;
  /** More spans match than are marked, or not all could be read. */
  partial: boolean;
}

/** Found spans in one answer, the most that the server gives. */
const PAGE_SPANS = 500;
/** Found spans that are marked; whoever has more finds another word. */
const HITS_MAX = 5_000;

type Page = ResponseOf<"/otel/spans", "get">;

export function contentSearchQuery(traceId: string, text: string) {
  const wanted = text.trim();
  return queryOptions({
    queryKey: ["otel", "trace-search", traceId, wanted],
    enabled: wanted !== "",
    // What is found is as old as the spans themselves, and the search reads whole spans.
    staleTime: 30_000,
    queryFn: async ({ signal }): Promise<ContentHits> => {
      const spanIds = new Set<string>();
      let incomplete = false;
      let cursor: string | undefined;
      do {
        const page: Page = await unwrap(
          api.GET("/otel/spans", {
            params: {
              query: {
                filter: `trace_id = "${traceId}"`,
                q: wanted,
                limit: PAGE_SPANS,
                ...(cursor === undefined ? {} : { cursor }),
              },
            },
            signal: deadline(signal),
          }),
        );
        for (const { span_id } of page.items) spanIds.add(span_id);
        incomplete ||= page.incomplete !== null;
        cursor = page.next_cursor ?? undefined;
      } while (cursor !== undefined && spanIds.size < HITS_MAX);
      return { spanIds, partial: incomplete || cursor !== undefined };
    },
  });
}
