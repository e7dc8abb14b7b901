/** The page of one trace. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { lazy } from "react";
import { appRoute } from "@/state/frame-routes";
import type { ExecutableView } from "@/telemetry/slots/executable-views";
import { traceSearch } from "./trace-search";

const traceRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/traces/$traceId",
  validateSearch: traceSearch,
  component: lazyRouteComponent(() => import("./trace-page"), "TracePage"),
});

export const pages = [traceRoute] as const;

const TraceInPlace = lazy(async () => ({ default: (await import("./trace-in-place")).TraceInPlace }));

export const executableViews: readonly ExecutableView[] = [{ destination: "trace", View: TraceInPlace }];
