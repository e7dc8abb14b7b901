/** Saved views of lists, kept on the server: one's own, and those that others share. */
import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, deadline, type ResponseOf, unwrap } from "@/lib/api/client";
import { moveOldViews } from "./old-views";

export type View = ResponseOf<"/views", "get">["items"][number];
export type ViewSearch = Record<string, unknown>;

/** The server's largest page: more is in no menu. */
const ROWS_MAX = 500;

export interface ViewList {
  views: View[];
  /** There are more than these. */
  more: boolean;
}

/** The views of one list. Views that this browser kept before the server did are moved over first, once. */
export function viewsQuery(page: string) {
  return queryOptions({
    queryKey: ["views", page],
    queryFn: async ({ signal }): Promise<ViewList> => {
      await moveOldViews();
      const { items, next_cursor } = await unwrap(
        api.GET("/views", { params: { query: { page, limit: ROWS_MAX } }, signal: deadline(signal) }),
      );
      return { views: items, more: next_cursor !== null };
    },
    staleTime: 60_000,
  });
}

export interface ViewDraft {
  name: string;
  isShared: boolean;
}

export async function createView(
  client: QueryClient,
  page: string,
  { name, isShared }: ViewDraft,
  search: ViewSearch,
): Promise<View> {
  const body = { page, name, is_shared: isShared, search: search as Record<string, never> };
  const view = await unwrap(api.POST("/views", { body, signal: deadline() }));
  await readAgain(client);
  return view;
}

interface ViewChange {
  name?: string;
  isShared?: boolean;
  search?: ViewSearch;
}

export async function changeView(client: QueryClient, id: string, change: ViewChange): Promise<void> {
  const { name, isShared, search } = change;
  const body = {
    ...(name === undefined ? {} : { name }),
    ...(isShared === undefined ? {} : { is_shared: isShared }),
    ...(search === undefined ? {} : { search: search as Record<string, never> }),
  };
  await unwrap(api.PATCH("/views/{id}", { params: { path: { id } }, body, signal: deadline() }));
  await readAgain(client);
}

export async function deleteView(client: QueryClient, id: string): Promise<void> {
  await unwrap(api.DELETE("/views/{id}", { params: { path: { id } }, signal: deadline() }));
  await readAgain(client);
}

/** Whether the caller's list opens with the view. */
export async function setDefaultView(client: QueryClient, id: string, on: boolean): Promise<void> {
  const given = { params: { path: { id } }, signal: deadline() };
  await unwrap(on ? api.PUT("/views/{id}/default", given) : api.DELETE("/views/{id}/default", given));
  await readAgain(client);
}

function readAgain(client: QueryClient): Promise<void> {
  return client.invalidateQueries({ queryKey: ["views"] });
}
