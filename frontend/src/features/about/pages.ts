/** Which server this is. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { settingsRoute } from "@/state/frame-routes";
import type { SettingsTab } from "@/telemetry/feature";

const aboutRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/about",
  component: lazyRouteComponent(() => import("./about-page"), "AboutPage"),
});

export const settingsPages = [aboutRoute] as const;

export const settingsTabs: readonly SettingsTab[] = [{ to: "/settings/about", label: "About", rank: 70 }];
