/** All features. To remove one, delete its folder and its two lines here: no other file of `app/` imports a feature. */

import { Settings } from "lucide-react";
import * as about from "@/features/about/pages";
import * as apiKeys from "@/features/api-keys/pages";
import * as auth from "@/features/auth/pages";
import * as compare from "@/features/compare/pages";
import * as conversations from "@/features/conversations/pages";
import * as errors from "@/features/errors/pages";
import * as ingestion from "@/features/ingestion/pages";
import * as logs from "@/features/logs/pages";
import * as models from "@/features/models/pages";
import * as overview from "@/features/overview/pages";
import * as resolve from "@/features/resolve/pages";
import * as run from "@/features/run/pages";
import * as runs from "@/features/runs/pages";
import * as services from "@/features/services/pages";
import * as storage from "@/features/storage/pages";
import * as trace from "@/features/trace/pages";
import * as traces from "@/features/traces/pages";
import type { Feature, Place } from "@/telemetry/feature";

/** With the types of their routes, which the router needs. A tuple, because an array would compare those types. */
export const FEATURES = [
  about,
  apiKeys,
  auth,
  compare,
  conversations,
  errors,
  ingestion,
  logs,
  models,
  overview,
  resolve,
  run,
  runs,
  services,
  storage,
  trace,
  traces,
] as const;

const FACES: readonly Feature[] = FEATURES;

const byRank = (a: { rank: number }, b: { rank: number }) => a.rank - b.rank;

/** The settings are a frame around pages of several features, so their place is the frame's own. */
const SETTINGS: Place = {
  to: "/settings",
  label: "Settings",
  icon: Settings,
  section: "settings",
  rank: 120,
  keys: "g ,",
  words: "profile members accounts users audit about",
};

export const PLACES = [SETTINGS, ...FACES.flatMap(({ places }) => places ?? [])].sort(byRank);
export const SETTINGS_TABS = FACES.flatMap(({ settingsTabs }) => settingsTabs ?? []).sort(byRank);
export const SPAN_ACTIONS = FACES.flatMap(({ spanActions }) => spanActions ?? []);
export const EXECUTABLE_VIEWS = FACES.flatMap(({ executableViews }) => executableViews ?? []);
export const TRACE_ACTIONS = {
  buttons: FACES.flatMap(({ traceActions }) => traceActions?.buttons ?? []),
  menu: FACES.flatMap(({ traceActions }) => traceActions?.menu ?? []),
};
export const SELECTION_ACTIONS = FACES.flatMap(({ selectionActions }) => selectionActions ?? []).sort(byRank);
export const MOVED_ADDRESSES: Readonly<Record<string, string>> = Object.assign(
  {},
  ...FACES.map(({ movedAddresses }) => movedAddresses),
);
export const OVERLAYS = FACES.flatMap(({ overlays }) => overlays ?? []);
