/** The list of runs. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { Workflow } from "lucide-react";
import { appRoute } from "@/state/frame-routes";
import type { Place } from "@/telemetry/feature";
import { runsSearch } from "./runs-search";

const runsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/runs",
  validateSearch: runsSearch,
  component: lazyRouteComponent(() => import("./runs-page"), "RunsPage"),
});

export const pages = [runsRoute] as const;

export const movedAddresses = { "/workflows": "/runs", "/workflow": "/runs" };

export const places: readonly Place[] = [
  {
    to: "/runs",
    label: "Runs",
    icon: Workflow,
    section: "telemetry",
    rank: 30,
    keys: "g w",
    words: "workflows graph state agents",
  },
];
