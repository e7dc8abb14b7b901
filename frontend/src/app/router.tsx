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
import { auditSearch } from "@/features/auth/audit-search";
import { compareSearch } from "@/features/compare/compare-search";
import { logsSearch } from "@/features/logs/logs-search";
import { overviewSearch } from "@/features/overview/overview-search";
import { groupsSearch } from "@/features/sessions/groups-search";
import { traceSearch } from "@/features/trace/trace-search";
import { runsSearch } from "@/features/workflow/runs-search";
import { workflowSearch } from "@/features/workflow/workflow-search";
import { workflowsSearch } from "@/features/workflows/workflows-search";
import { timeRangeSearch } from "@/lib/time-range";
import { z } from "@/lib/zod";
import { sessionQuery, setupQuery } from "@/state/session-query";
import { tracesSearch } from "@/telemetry/traces/traces-search";
import { AppShell } from "./app-shell";
import { NotFoundPage, PageFailure, PagePending } from "./fallback-pages";
import { SettingsLayout } from "./settings-layout";

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

/** Invitations and new passwords; the token is in the fragment. */
const linkRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/link",
  component: lazyRouteComponent(() => import("./auth-routes"), "LinkRoute"),
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
    throw redirect({ to: "/overview", replace: true });
  },
});

const overviewRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/overview",
  validateSearch: overviewSearch,
  component: lazyRouteComponent(() => import("./otel-routes"), "OverviewRoute"),
});

const welcomeRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/welcome",
  component: lazyRouteComponent(() => import("@/features/api-keys/welcome-page"), "WelcomePage"),
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

const workflowRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/workflows/$traceId/$spanId",
  validateSearch: workflowSearch,
  component: lazyRouteComponent(() => import("./workflow-routes"), "WorkflowRoute"),
});

const workflowGraphRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/workflow-graphs/$structuralId",
  validateSearch: runsSearch,
  component: lazyRouteComponent(() => import("./workflow-routes"), "WorkflowGraphRoute"),
});

const logsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/logs",
  validateSearch: logsSearch,
  component: lazyRouteComponent(() => import("./logs-route"), "LogsRoute"),
});

const sessionsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/sessions",
  validateSearch: groupsSearch,
  component: lazyRouteComponent(() => import("./people-routes"), "SessionsRoute"),
});

const sessionRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/sessions/$sessionId",
  component: lazyRouteComponent(() => import("./people-routes"), "SessionRoute"),
});

const usersRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/users",
  validateSearch: groupsSearch,
  component: lazyRouteComponent(() => import("./people-routes"), "UsersRoute"),
});

const compareRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/compare",
  validateSearch: compareSearch,
  component: lazyRouteComponent(() => import("./compare-routes"), "CompareRoute"),
});

const settingsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/settings",
  component: SettingsLayout,
});

const settingsIndexRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/settings/profile", replace: true });
  },
});

const profileRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/profile",
  component: lazyRouteComponent(() => import("@/features/auth/profile-page"), "ProfilePage"),
});

const apiKeysRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/api-keys",
  component: lazyRouteComponent(() => import("./settings-routes"), "ApiKeysRoute"),
});

const accountsRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/users",
  component: lazyRouteComponent(() => import("@/features/auth/users-page"), "UsersPage"),
});

const auditRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/audit",
  validateSearch: auditSearch,
  component: lazyRouteComponent(() => import("./settings-routes"), "AuditRoute"),
});

const ingestionRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/ingestion",
  component: lazyRouteComponent(() => import("@/features/ingestion/ingestion-page"), "IngestionPage"),
});

const storageRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/storage",
  component: lazyRouteComponent(() => import("./settings-routes"), "StorageRoute"),
});

const aboutRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/about",
  component: lazyRouteComponent(() => import("@/features/about/about-page"), "AboutPage"),
});

const routeTree = rootRoute.addChildren([
  loginRoute,
  setupRoute,
  linkRoute,
  appRoute.addChildren([
    indexRoute,
    overviewRoute,
    welcomeRoute,
    tracesRoute,
    traceRoute,
    servicesRoute,
    workflowsRoute,
    workflowRoute,
    workflowGraphRoute,
    logsRoute,
    sessionsRoute,
    sessionRoute,
    usersRoute,
    compareRoute,
    settingsRoute.addChildren([
      settingsIndexRoute,
      profileRoute,
      apiKeysRoute,
      accountsRoute,
      auditRoute,
      ingestionRoute,
      storageRoute,
      aboutRoute,
    ]),
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
