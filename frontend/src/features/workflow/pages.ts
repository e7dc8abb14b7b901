/** One workflow run, and all runs of one graph. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { appRoute } from "@/state/frame-routes";
import type { SpanAction } from "@/telemetry/slots/span-actions";
import { exploreRun } from "./explore-run";
import { runsSearch } from "./runs-search";
import { workflowSearch } from "./workflow-search";

const workflowRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/workflows/$traceId/$spanId",
  validateSearch: workflowSearch,
  component: lazyRouteComponent(() => import("./workflow-page"), "WorkflowPage"),
});

const workflowGraphRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/workflow-graphs/$structuralId",
  validateSearch: runsSearch,
  component: lazyRouteComponent(() => import("./runs-page"), "RunsPage"),
});

export const pages = [workflowRoute, workflowGraphRoute] as const;

export const spanActions: readonly SpanAction[] = [exploreRun];
