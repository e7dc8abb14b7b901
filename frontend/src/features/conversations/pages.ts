/** The conversations and users that telemetry names. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { CircleUser, MessagesSquare } from "lucide-react";
import { appRoute } from "@/state/frame-routes";
import type { Place } from "@/telemetry/feature";
import { groupsSearch } from "./groups-search";
import { userSearch } from "./user-search";

const conversationsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/conversations",
  validateSearch: groupsSearch,
  component: lazyRouteComponent(() => import("./groups-page"), "ConversationsPage"),
});

const conversationRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/conversations/$conversationId",
  component: lazyRouteComponent(() => import("./conversation-page"), "ConversationPage"),
});

const usersRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/users",
  validateSearch: groupsSearch,
  component: lazyRouteComponent(() => import("./groups-page"), "UsersPage"),
});

const userRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/users/$userId",
  validateSearch: userSearch,
  component: lazyRouteComponent(() => import("./user-page"), "UserPage"),
});

export const pages = [conversationsRoute, conversationRoute, usersRoute, userRoute] as const;

export const movedAddresses = { "/sessions": "/conversations" };

export const places: readonly Place[] = [
  {
    to: "/conversations",
    label: "Conversations",
    icon: MessagesSquare,
    section: "telemetry",
    rank: 40,
    keys: "g s",
    words: "sessions chats",
  },
  {
    to: "/users",
    label: "End users",
    icon: CircleUser,
    section: "telemetry",
    rank: 60,
    keys: "g u",
    words: "people",
  },
];
