/** The list of traces. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { ListTree } from "lucide-react";
import { lazy } from "react";
import { appRoute } from "@/state/frame-routes";
import type { Place } from "@/telemetry/feature";
import type { SelectionAction } from "@/telemetry/slots/selection-actions";
import { tracesSearch } from "@/telemetry/traces/traces-search";

const tracesRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/traces",
  validateSearch: tracesSearch,
  component: lazyRouteComponent(() => import("./traces-page"), "TracesPage"),
});

export const pages = [tracesRoute] as const;

export const places: readonly Place[] = [
  {
    to: "/traces",
    label: "Traces",
    icon: ListTree,
    section: "telemetry",
    rank: 20,
    keys: "g t",
    words: "spans",
  },
];

export const selectionActions: readonly SelectionAction[] = [
  {
    id: "traces-selection",
    rank: 20,
    Button: lazy(async () => ({ default: (await import("./export-selection")).ExportSelection })),
  },
];
