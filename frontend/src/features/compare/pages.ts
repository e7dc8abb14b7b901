/** Two traces beside each other. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { lazy } from "react";
import { appRoute } from "@/state/frame-routes";
import type { SelectionAction } from "@/telemetry/slots/selection-actions";
import type { TraceActionSet } from "@/telemetry/slots/trace-actions";
import { compareButton } from "./compare-button";
import { compareSearch } from "./compare-search";

const compareRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/compare",
  validateSearch: compareSearch,
  component: lazyRouteComponent(() => import("./compare-page"), "ComparePage"),
});

export const pages = [compareRoute] as const;

export const traceActions: Partial<TraceActionSet> = { buttons: [compareButton] };

export const selectionActions: readonly SelectionAction[] = [
  {
    id: "compare-selection",
    rank: 10,
    Button: lazy(async () => ({ default: (await import("./compare-selection")).CompareSelection })),
  },
];
