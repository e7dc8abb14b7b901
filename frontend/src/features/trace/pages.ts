/** The page of one trace. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { appRoute } from "@/state/frame-routes";
import { traceSearch } from "./trace-search";

const traceRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/traces/$traceId",
  validateSearch: traceSearch,
  component: lazyRouteComponent(() => import("./trace-page"), "TracePage"),
});

export const pages = [traceRoute] as const;
