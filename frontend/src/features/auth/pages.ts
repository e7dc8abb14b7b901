/** The pages before sign-in, and the settings of accounts. */
import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { type ComponentType, lazy } from "react";
import { z } from "@/lib/zod";
import { rootRoute, settingsRoute } from "@/state/frame-routes";
import type { SettingsTab } from "@/telemetry/feature";
import { auditSearch } from "./audit-search";
import { setupQuery } from "./sign-in-query";

const loginSearch = z.object({
  /** Where to go on. */
  next: z.string().startsWith("/").optional().catch(undefined),
  /** A session of this browser is over. */
  ended: z.boolean().optional().catch(undefined),
});

const loginRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/login",
  validateSearch: loginSearch,
  beforeLoad: async ({ context }) => {
    const status = await context.queryClient.fetchQuery(setupQuery());
    if (status.needs_setup) throw redirect({ to: "/setup" });
  },
  component: lazyRouteComponent(() => import("./outside-routes"), "LoginRoute"),
});

const setupRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/setup",
  beforeLoad: async ({ context }) => {
    const status = await context.queryClient.fetchQuery(setupQuery());
    if (!status.needs_setup) throw redirect({ to: "/login" });
  },
  component: lazyRouteComponent(() => import("./outside-routes"), "SetupRoute"),
});

/** Invitations and new passwords; the token is in the fragment. */
const linkRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/link",
  component: lazyRouteComponent(() => import("./outside-routes"), "LinkRoute"),
});

const profileRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/profile",
  component: lazyRouteComponent(() => import("./profile-page"), "ProfilePage"),
});

const accountsRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/accounts",
  component: lazyRouteComponent(() => import("./accounts-page"), "AccountsPage"),
});

const auditRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/audit",
  validateSearch: auditSearch,
  component: lazyRouteComponent(() => import("./audit-page"), "AuditPage"),
});

export const outsidePages = [loginRoute, setupRoute, linkRoute] as const;
export const settingsPages = [profileRoute, accountsRoute, auditRoute] as const;

export const movedAddresses = { "/settings/users": "/settings/accounts" };

export const settingsTabs: readonly SettingsTab[] = [
  { to: "/settings/profile", label: "Profile", rank: 10 },
  { to: "/settings/accounts", label: "Members", rank: 30, admin: true },
  { to: "/settings/audit", label: "Audit log", rank: 40, admin: true },
];

const ReauthenticationDialog = lazy(async () => {
  const loaded = await import("./reauthentication-dialog");
  return { default: loaded.ReauthenticationDialog };
});

export const overlays: readonly ComponentType[] = [ReauthenticationDialog];
