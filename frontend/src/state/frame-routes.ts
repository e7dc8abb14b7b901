/**
 * The three routes that pages hang under: the root, everything behind sign-in, and the settings. What they draw is set by
 * `app/router.tsx`; features name them as parents of their own routes.
 */
import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  Outlet,
  redirect,
  retainSearchParams,
} from "@tanstack/react-router";
import { timeRangeSearch } from "@/lib/time-range";
import { hadSession, sessionQuery } from "./session-query";

interface RouterContext {
  queryClient: QueryClient;
  /** Where a page is now that stood at this path before; undefined for paths that did not move. */
  newAddress: (path: string) => string | undefined;
}

export const rootRoute = createRootRouteWithContext<RouterContext>()({
  component: Outlet,
  beforeLoad: ({ context, location }) => {
    const moved = context.newAddress(location.pathname);
    if (moved === undefined) return;
    const hash = location.hash === "" ? "" : `#${location.hash}`;
    throw redirect({ href: `${moved}${location.searchStr}${hash}`, replace: true });
  },
});

/** Everything behind sign-in. The time window travels from page to page. */
export const appRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "app",
  validateSearch: timeRangeSearch,
  search: { middlewares: [retainSearchParams(["range", "from", "to"])] },
  beforeLoad: async ({ context, location }) => {
    const user = await context.queryClient.ensureQueryData(sessionQuery());
    if (user !== null) return;
    const ended = hadSession() ? { ended: true } : {};
    throw redirect({ to: "/login", search: { next: location.href, ...ended } });
  },
});

export const settingsRoute = createRoute({ getParentRoute: () => appRoute, path: "/settings" });
