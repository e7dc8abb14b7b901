/** Hangs the pages of all features under the frame. UI paths never equal an API path (/auth, /api-keys, /otel, /v1). */
import type { QueryClient } from "@tanstack/react-query";
import {
  createRoute,
  createRouter,
  parseSearchWith,
  type RouterHistory,
  redirect,
  stringifySearchWith,
} from "@tanstack/react-router";
import { appRoute, rootRoute, settingsRoute } from "@/state/frame-routes";
import type { Feature } from "@/telemetry/feature";
import { AppShell } from "./app-shell";
import { NotFoundPage, PageFailure, PagePending } from "./fallback-pages";
import { FEATURES, MOVED_ADDRESSES } from "./features";
import { newAddress } from "./moved-addresses";
import { parseSearchValue } from "./search-value";
import { SettingsLayout } from "./settings-layout";

const indexRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/overview", replace: true });
  },
});

const settingsIndexRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/settings/profile", replace: true });
  },
});

rootRoute.update({ notFoundComponent: NotFoundPage });
appRoute.update({ component: AppShell });
settingsRoute.update({ component: SettingsLayout });

type Exported<Face, Name> = Name extends keyof Face ? Face[Name] : never;
type Element<List> = List extends readonly unknown[] ? List[number] : never;
type PagesOf<Name, Face = (typeof FEATURES)[number]> = Face extends unknown
  ? Element<Exported<Face, Name>>
  : never;

/** The routes that the features export under a name, with their types: links are checked against them. */
function pagesOf<const Name extends "outsidePages" | "pages" | "settingsPages">(name: Name): PagesOf<Name>[] {
  const faces: readonly Feature[] = FEATURES;
  return faces.flatMap((face) => face[name] ?? []) as PagesOf<Name>[];
}

const routeTree = rootRoute.addChildren([
  ...pagesOf("outsidePages"),
  appRoute.addChildren([
    indexRoute,
    ...pagesOf("pages"),
    settingsRoute.addChildren([settingsIndexRoute, ...pagesOf("settingsPages")]),
  ]),
]);

export function createAppRouter(queryClient: QueryClient, history?: RouterHistory) {
  return createRouter({
    routeTree,
    context: { queryClient, newAddress: (path) => newAddress(path, MOVED_ADDRESSES) },
    parseSearch: parseSearchWith(parseSearchValue),
    stringifySearch: stringifySearchWith(JSON.stringify, parseSearchValue),
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
