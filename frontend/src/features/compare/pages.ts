/** Traces beside each other. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { GitCompareArrows } from "lucide-react";
import { appRoute } from "@/state/frame-routes";
import type { Place } from "@/telemetry/feature";
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

export const places: readonly Place[] = [
  {
    to: "/compare",
    label: "Compare traces",
    icon: GitCompareArrows,
    section: "palette",
    rank: 45,
    keys: "g c",
    words: "diff versions runs side by side chain",
  },
];
