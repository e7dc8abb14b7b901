/** Conversations and users: traces put together by what they name. */
import { infiniteQueryOptions } from "@tanstack/react-query";
import { api, deadline, type QueryOf, type ResponseOf, unwrap } from "@/lib/api/client";
import { isMoving, resolveTimeRange } from "@/lib/time-range";
import type { GroupsSearch } from "./groups-search";

type ConversationList = ResponseOf<"/otel/conversations", "get">;
export type Conversation = ConversationList["items"][number];
type UserList = ResponseOf<"/otel/users", "get">;
export type TelemetryUser = UserList["items"][number];
export type ConversationDetail = ResponseOf<"/otel/conversations/{session_id}", "get">;
export type Turn = ConversationDetail["traces"][number];

const PAGE_ROWS = 100;
const TURNS = 50;
const POLL_MS = 5_000;

function paramsOf(search: GroupsSearch, cursor: string | undefined): QueryOf<"/otel/conversations"> {
  return {
    ...resolveTimeRange(search, Date.now()),
    limit: PAGE_ROWS,
    ...(search.q === undefined ? {} : { q: search.q }),
    ...(search.service === undefined ? {} : { service: search.service }),
    ...(search.user_id === undefined ? {} : { user_id: search.user_id }),
    ...(search.order === undefined ? {} : { order: search.order }),
    ...(search.direction === undefined ? {} : { direction: search.direction }),
    ...(cursor === undefined ? {} : { cursor }),
  };
}

export function conversationsQuery(search: GroupsSearch) {
  return infiniteQueryOptions({
    queryKey: ["otel", "conversations", search],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/otel/conversations", {
          params: { query: paramsOf(search, pageParam) },
          signal: deadline(signal),
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: (query) => pollFirstPage(query.state.data?.pages.length, search),
  });
}

export function usersQuery(search: GroupsSearch) {
  return infiniteQueryOptions({
    queryKey: ["otel", "users", search],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/otel/users", {
          params: { query: paramsOf(search, pageParam) },
          signal: deadline(signal),
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: (query) => pollFirstPage(query.state.data?.pages.length, search),
  });
}

/** Older pages are a walk along a cursor, which must not be disturbed. */
function pollFirstPage(pages: number | undefined, search: GroupsSearch): number | false {
  return (pages ?? 0) <= 1 && isMoving(search, Date.now()) ? POLL_MS : false;
}

export function conversationQuery(conversationId: string) {
  return infiniteQueryOptions({
    queryKey: ["otel", "conversation", conversationId],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/otel/conversations/{session_id}", {
          params: {
            path: { session_id: conversationId },
            query: { limit: TURNS, ...(pageParam === undefined ? {} : { cursor: pageParam }) },
          },
          signal: deadline(signal),
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: (query) => ((query.state.data?.pages.length ?? 0) <= 1 ? POLL_MS : false),
  });
}
