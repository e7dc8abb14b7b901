/** Retention and deletion. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { Settings } from "lucide-react";
import { lazy } from "react";
import { settingsRoute } from "@/state/frame-routes";
import type { Place, SettingsTab } from "@/telemetry/feature";
import type { SelectionAction } from "@/telemetry/slots/selection-actions";
import type { TraceActionSet } from "@/telemetry/slots/trace-actions";
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

export const selectionActions: readonly SelectionAction[] = [
  {
    id: "storage-selection",
    rank: 90,
    admin: true,
    Button: lazy(async () => ({ default: (await import("./delete-selection")).DeleteSelection })),
  },
];
