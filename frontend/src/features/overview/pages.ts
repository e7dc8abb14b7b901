/** The overview. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { ChartSpline } from "lucide-react";
import { appRoute } from "@/state/frame-routes";
import type { Place } from "@/telemetry/feature";
import { overviewSearch } from "./overview-search";

const overviewRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/overview",
  validateSearch: overviewSearch,
  component: lazyRouteComponent(() => import("./overview-page"), "OverviewPage"),
});

export const pages = [overviewRoute] as const;

export const places: readonly Place[] = [
  {
    to: "/overview",
    label: "Overview",
    icon: ChartSpline,
    section: "telemetry",
    rank: 10,
    keys: "g o",
    words: "charts cost latency",
  },
];
