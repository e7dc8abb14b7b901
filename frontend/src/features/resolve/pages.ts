/** Stable links: addresses that applications make of what they ran, before its telemetry has arrived. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { appRoute } from "@/state/frame-routes";
import { resolveSearch } from "./resolve-search";

const resolveRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/resolve/executable",
  validateSearch: resolveSearch,
  component: lazyRouteComponent(() => import("./resolve-page"), "ResolvePage"),
});

export const pages = [resolveRoute] as const;
