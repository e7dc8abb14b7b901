/** The list of workflow runs. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { Workflow } from "lucide-react";
import { appRoute } from "@/state/frame-routes";
import type { Place } from "@/telemetry/feature";
import { workflowsSearch } from "./workflows-search";

const workflowsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/workflows",
  validateSearch: workflowsSearch,
  component: lazyRouteComponent(() => import("./workflows-page"), "WorkflowsPage"),
});

export const pages = [workflowsRoute] as const;

export const places: readonly Place[] = [
  {
    to: "/workflows",
    label: "Workflow runs",
    icon: Workflow,
    section: "telemetry",
    rank: 30,
    keys: "g w",
    words: "graph state agents",
  },
];
