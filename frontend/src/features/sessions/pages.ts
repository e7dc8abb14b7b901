/** The sessions and users that telemetry names. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { CircleUser, MessagesSquare } from "lucide-react";
import { appRoute } from "@/state/frame-routes";
import type { Place } from "@/telemetry/feature";
import { groupsSearch } from "./groups-search";

const sessionsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/sessions",
  validateSearch: groupsSearch,
  component: lazyRouteComponent(() => import("./groups-page"), "SessionsPage"),
});

const sessionRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/sessions/$sessionId",
  component: lazyRouteComponent(() => import("./session-page"), "SessionPage"),
});

const usersRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/users",
  validateSearch: groupsSearch,
  component: lazyRouteComponent(() => import("./groups-page"), "UsersPage"),
});

export const pages = [sessionsRoute, sessionRoute, usersRoute] as const;

export const places: readonly Place[] = [
  {
    to: "/sessions",
    label: "Sessions",
    icon: MessagesSquare,
    section: "telemetry",
    rank: 40,
    keys: "g s",
    words: "conversations chats",
  },
  {
    to: "/users",
    label: "Users",
    icon: CircleUser,
    section: "telemetry",
    rank: 60,
    keys: "g u",
    words: "people",
  },
];
