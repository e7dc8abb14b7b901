/** What the signed-in person may do with a view. The server has the last word. */
import { useQuery } from "@tanstack/react-query";
import { sessionQuery } from "@/state/session-query";
import type { View } from "./views-query";

/** Viewers keep views for themselves. */
export function useMayShare(): boolean {
  const role = useQuery(sessionQuery()).data?.role;
  return role === "admin" || role === "member";
}

/** One's own, and as an administrator every shared one. */
export function useMayDelete(view: View | undefined): boolean {
  const role = useQuery(sessionQuery()).data?.role;
  return view !== undefined && (view.is_own || (view.is_shared && role === "admin"));
}
