/** The list of log records. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { ScrollText } from "lucide-react";
import { appRoute } from "@/state/frame-routes";
import type { Place } from "@/telemetry/feature";
import { logsSearch } from "./logs-search";

const logsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/logs",
  validateSearch: logsSearch,
  component: lazyRouteComponent(() => import("./logs-page"), "LogsPage"),
});

export const pages = [logsRoute] as const;

export const places: readonly Place[] = [
  {
    to: "/logs",
    label: "Logs",
    icon: ScrollText,
    section: "telemetry",
    rank: 50,
    keys: "g l",
    words: "log records events severity",
  },
];
