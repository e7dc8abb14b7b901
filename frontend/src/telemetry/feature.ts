/** The face of a feature: what its `pages.ts` may export, and all that `app/` knows of it. */
import type { AnyRoute, LinkProps } from "@tanstack/react-router";
import type { LucideIcon } from "lucide-react";
import type { ComponentType } from "react";
import type { ExecutableView } from "./slots/executable-views";
import type { SelectionAction } from "./slots/selection-actions";
import type { SpanAction } from "./slots/span-actions";
import type { TraceActionSet } from "./slots/trace-actions";

type To = NonNullable<LinkProps["to"]>;

/** A page that navigation, palette and shortcuts lead to. */
export interface Place {
  to: To;
  label: string;
  icon: LucideIcon;
  /** Where the sidebar lists it; "palette" is for pages that only the palette and the shortcuts know. */
  section: "telemetry" | "settings" | "palette";
  /** Places stand in ascending order. Steps of ten leave room between two. */
  rank: number;
  keys?: string;
  /** More words that find it. */
  words: string;
}

/** A page in the row of links at the top of the settings. */
export interface SettingsTab {
  to: To;
  label: string;
  /** As for places. */
  rank: number;
  /** Only administrators see it. */
  admin?: true;
}

export interface Feature {
  /** Routes before sign-in. */
  outsidePages?: readonly AnyRoute[];
  /** Routes behind sign-in. */
  pages?: readonly AnyRoute[];
  /** Routes under the settings. */
  settingsPages?: readonly AnyRoute[];
  places?: readonly Place[];
  settingsTabs?: readonly SettingsTab[];
  spanActions?: readonly SpanAction[];
  traceActions?: Partial<TraceActionSet>;
  selectionActions?: readonly SelectionAction[];
  /** What pages of other features show in place. */
  executableViews?: readonly ExecutableView[];
  /** Where pages stood before: the old beginning of an address, and the one that links are sent on to. */
  movedAddresses?: Readonly<Record<string, string>>;
  /** Drawn once beside every page behind sign-in, such as a dialog that any page may call for. */
  overlays?: readonly ComponentType[];
}
