/** The pages that navigation, palette and shortcuts lead to. */
import type { LinkProps } from "@tanstack/react-router";
import {
  Boxes,
  ChartSpline,
  CircleUser,
  ListTree,
  type LucideIcon,
  MessagesSquare,
  Rocket,
  ScrollText,
  Settings,
  Workflow,
} from "lucide-react";

export interface Place {
  to: NonNullable<LinkProps["to"]>;
  label: string;
  icon: LucideIcon;
  /** Part of the sidebar; settings are listed below the telemetry, and the palette knows some more. */
  section: "telemetry" | "settings" | "palette";
  keys?: string;
  /** More words that find it. */
  words: string;
}

export const PLACES: Place[] = [
  {
    to: "/overview",
    label: "Overview",
    icon: ChartSpline,
    section: "telemetry",
    keys: "g o",
    words: "charts cost latency",
  },
  { to: "/traces", label: "Traces", icon: ListTree, section: "telemetry", keys: "g t", words: "spans" },
  {
    to: "/workflows",
    label: "Workflow runs",
    icon: Workflow,
    section: "telemetry",
    keys: "g w",
    words: "graph state agents",
  },
  {
    to: "/sessions",
    label: "Sessions",
    icon: MessagesSquare,
    section: "telemetry",
    keys: "g s",
    words: "conversations chats",
  },
  {
    to: "/logs",
    label: "Logs",
    icon: ScrollText,
    section: "telemetry",
    keys: "g l",
    words: "log records events severity",
  },
  { to: "/users", label: "Users", icon: CircleUser, section: "telemetry", keys: "g u", words: "people" },
  { to: "/services", label: "Services", icon: Boxes, section: "telemetry", keys: "g v", words: "" },
  { to: "/welcome", label: "Connect an app", icon: Rocket, section: "settings", words: "snippets sdk setup" },
  {
    to: "/settings",
    label: "Settings",
    icon: Settings,
    section: "settings",
    keys: "g ,",
    words: "profile users audit about",
  },
  {
    to: "/settings/api-keys",
    label: "API keys",
    icon: Settings,
    section: "palette",
    keys: "g k",
    words: "tokens",
  },
  {
    to: "/settings/storage",
    label: "Retention and storage",
    icon: Settings,
    section: "palette",
    words: "delete telemetry disk archive",
  },
];
