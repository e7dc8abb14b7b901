/** The API keys, and the way to a first trace. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { Rocket, Settings } from "lucide-react";
import { appRoute, settingsRoute } from "@/state/frame-routes";
import type { Place, SettingsTab } from "@/telemetry/feature";

const welcomeRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/welcome",
  component: lazyRouteComponent(() => import("./welcome-page"), "WelcomePage"),
});

const apiKeysRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/api-keys",
  component: lazyRouteComponent(() => import("./api-keys-page"), "ApiKeysPage"),
});

export const pages = [welcomeRoute] as const;
export const settingsPages = [apiKeysRoute] as const;

export const places: readonly Place[] = [
  {
    to: "/welcome",
    label: "Connect an app",
    icon: Rocket,
    section: "settings",
    rank: 110,
    words: "snippets sdk setup",
  },
  {
    to: "/settings/api-keys",
    label: "API keys",
    icon: Settings,
    section: "palette",
    rank: 210,
    keys: "g k",
    words: "tokens",
  },
];

export const settingsTabs: readonly SettingsTab[] = [
  { to: "/settings/api-keys", label: "API keys", rank: 20 },
];
