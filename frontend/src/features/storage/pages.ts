/** Retention and deletion. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { Settings } from "lucide-react";
import { settingsRoute } from "@/state/frame-routes";
import type { Place, SettingsTab } from "@/telemetry/feature";
import type { TraceActionSet } from "@/telemetry/slots/trace-actions";
import { deleteSelection } from "./delete-selection";
import { deleteTrace } from "./delete-trace";

const storageRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/storage",
  component: lazyRouteComponent(() => import("./storage-page"), "StoragePage"),
});

export const settingsPages = [storageRoute] as const;

export const places: readonly Place[] = [
  {
    to: "/settings/storage",
    label: "Retention and storage",
    icon: Settings,
    section: "palette",
    rank: 220,
    words: "delete telemetry disk archive",
  },
];

export const settingsTabs: readonly SettingsTab[] = [
  { to: "/settings/storage", label: "Retention and storage", rank: 60 },
];

export const traceActions: Partial<TraceActionSet> = { menu: [deleteTrace] };

export const selectionActions = [deleteSelection];
