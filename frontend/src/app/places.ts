/** The pages that navigation, palette and shortcuts lead to. */
import type { LinkProps } from "@tanstack/react-router";
import { Boxes, KeyRound, ListTree, type LucideIcon, Rocket, Workflow } from "lucide-react";

export interface Place {
  to: NonNullable<LinkProps["to"]>;
  label: string;
  icon: LucideIcon;
  /** Part of the sidebar; settings are listed below the telemetry. */
  section: "telemetry" | "settings";
  keys?: string;
  /** More words that find it. */
  words: string;
}

export const PLACES: Place[] = [
  { to: "/traces", label: "Traces", icon: ListTree, section: "telemetry", keys: "g t", words: "spans" },
  {
    to: "/workflows",
    label: "Workflow runs",
    icon: Workflow,
    section: "telemetry",
    keys: "g w",
    words: "graph state agents",
  },
  { to: "/services", label: "Services", icon: Boxes, section: "telemetry", keys: "g v", words: "" },
  {
    to: "/settings/api-keys",
    label: "API keys",
    icon: KeyRound,
    section: "settings",
    keys: "g k",
    words: "settings tokens",
  },
  {
    to: "/welcome",
    label: "Connect an app",
    icon: Rocket,
    section: "settings",
    words: "snippets sdk exporter setup",
  },
];
