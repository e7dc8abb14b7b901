/** How ingestion goes. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { settingsRoute } from "@/state/frame-routes";
import type { SettingsTab } from "@/telemetry/feature";

const ingestionRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/ingestion",
  component: lazyRouteComponent(() => import("./ingestion-page"), "IngestionPage"),
});

export const settingsPages = [ingestionRoute] as const;

export const settingsTabs: readonly SettingsTab[] = [
  { to: "/settings/ingestion", label: "Ingestion", rank: 50 },
];
