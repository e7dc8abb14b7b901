/** Errors: failures by kind. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { Bug } from "lucide-react";
import { appRoute } from "@/state/frame-routes";
import type { Place } from "@/telemetry/feature";
import { errorsSearch } from "./errors-search";

const errorsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/errors",
  validateSearch: errorsSearch,
  component: lazyRouteComponent(() => import("./errors-page"), "ErrorsPage"),
});

export const pages = [errorsRoute] as const;

export const places: readonly Place[] = [
  {
    to: "/errors",
    label: "Errors",
    icon: Bug,
    section: "telemetry",
    rank: 35,
    keys: "g e",
    words: "failures exceptions muted resolved release",
  },
];
