/** One run of a workflow or agent, and all runs of one graph laid over each other. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { lazy } from "react";
import { appRoute } from "@/state/frame-routes";
import type { ExecutableView } from "@/telemetry/slots/executable-views";
import type { SpanAction } from "@/telemetry/slots/span-actions";
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

export const pages = [runRoute, overlayRoute] as const;

export const movedAddresses = { "/workflow-graphs": "/runs/overlay" };

export const spanActions: readonly SpanAction[] = [exploreRun];

const RunInPlace = lazy(async () => ({ default: (await import("./run-in-place")).RunInPlace }));

export const executableViews: readonly ExecutableView[] = [{ destination: "detail", View: RunInPlace }];
