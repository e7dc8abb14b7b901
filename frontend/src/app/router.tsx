/** All pages and their URLs. UI paths never equal an API path (/auth, /api-keys, /otel, /v1). */
import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  type RouterHistory,
  redirect,
  retainSearchParams,
} from "@tanstack/react-router";
import { sessionQuery, setupQuery } from "@/features/auth/session-query";
import { traceSearch } from "@/features/otel/trace/trace-search";
import { tracesSearch } from "@/features/otel/traces/traces-search";
import { workflowsSearch } from "@/features/otel/workflows/workflows-search";
import { timeRangeSearch } from "@/lib/time-range";
import { z } from "@/lib/zod";
import { AppShell } from "./app-shell";
import { NotFoundPage, PageFailure, PagePending } from "./fallback-pages";

interface RouterContext {
  queryClient: QueryClient;
}

const rootRoute = createRootRouteWithContext<RouterContext>()({
  component: Outlet,
  notFoundComponent: NotFoundPage,
});

const nextSearch = z.object({ next: z.string().startsWith("/").optional().catch(undefined) });

const loginRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/login",
  validateSearch: nextSearch,
  beforeLoad: async ({ context }) => {
    if (await context.queryClient.fetchQuery(setupQuery()).then((status) => status.needs_setup)) {
      throw redirect({ to: "/setup" });
    }
  },
  component: lazyRouteComponent(() => import("./auth-routes"), "LoginRoute"),
});

const setupRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/setup",
  beforeLoad: async ({ context }) => {
    const status = await context.queryClient.fetchQuery(setupQuery());
    if (!status.needs_setup) throw redirect({ to: "/login" });
  },
  component: lazyRouteComponent(() => import("./auth-routes"), "SetupRoute"),
});

/** Everything behind sign-in. The time window travels from page to page. */
const appRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "app",
  validateSearch: timeRangeSearch,
  search: { middlewares: [retainSearchParams(["range", "from", "to"])] },
  beforeLoad: async ({ context, location }) => {
    const user = await context.queryClient.ensureQueryData(sessionQuery());
    if (user === null) throw redirect({ to: "/login", search: { next: location.href } });
  },
  component: AppShell,
});

const indexRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/traces", replace: true });
  },
});

const welcomeRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/welcome",
  component: lazyRouteComponent(() => import("./welcome-page"), "WelcomePage"),
});

const tracesRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/traces",
  validateSearch: tracesSearch,
  component: lazyRouteComponent(() => import("./otel-routes"), "TracesRoute"),
});

const traceRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/traces/$traceId",
  validateSearch: traceSearch,
  component: lazyRouteComponent(() => import("./otel-routes"), "TraceRoute"),
});

const servicesRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/services",
  component: lazyRouteComponent(() => import("./otel-routes"), "ServicesRoute"),
});

const workflowsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/workflows",
  validateSearch: workflowsSearch,
  component: lazyRouteComponent(() => import("./otel-routes"), "WorkflowsRoute"),
});

const apiKeysRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/settings/api-keys",
  component: lazyRouteComponent(() => import("@/features/api-keys/api-keys-page"), "ApiKeysPage"),
});

const routeTree = rootRoute.addChildren([
  loginRoute,
  setupRoute,
  appRoute.addChildren([
    indexRoute,
    welcomeRoute,
    tracesRoute,
    traceRoute,
    servicesRoute,
    workflowsRoute,
    apiKeysRoute,
  ]),
]);

export function createAppRouter(queryClient: QueryClient, history?: RouterHistory) {
  return createRouter({
    routeTree,
    context: { queryClient },
    defaultPreload: "intent",
    defaultErrorComponent: PageFailure,
    defaultPendingComponent: PagePending,
    defaultNotFoundComponent: NotFoundPage,
    ...(history ? { history } : {}),
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
