/** One run of a workflow or agent, all runs of one graph laid over each other, and two versions of a graph. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { lazy } from "react";
import { appRoute } from "@/state/frame-routes";
import type { ExecutableView } from "@/telemetry/slots/executable-views";
import type { SpanAction } from "@/telemetry/slots/span-actions";
import { comparisonSearch } from "./comparison-search";
import { exploreRun } from "./explore-run";
import { overlaySearch } from "./overlay-search";
import { runSearch } from "./run-search";

const runRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/runs/$traceId/$spanId",
  validateSearch: runSearch,
  component: lazyRouteComponent(() => import("./run-page"), "RunPage"),
});

const overlayRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/runs/overlay/$structuralId",
  validateSearch: overlaySearch,
  component: lazyRouteComponent(() => import("./overlay-page"), "OverlayPage"),
});

const comparisonRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/runs/comparison",
  validateSearch: comparisonSearch,
  component: lazyRouteComponent(() => import("./comparison-page"), "ComparisonPage"),
});

export const pages = [runRoute, overlayRoute, comparisonRoute] as const;

export const movedAddresses = { "/workflow-graphs": "/runs/overlay" };

export const spanActions: readonly SpanAction[] = [exploreRun];

const RunInPlace = lazy(async () => ({ default: (await import("./run-in-place")).RunInPlace }));

export const executableViews: readonly ExecutableView[] = [{ destination: "detail", View: RunInPlace }];
