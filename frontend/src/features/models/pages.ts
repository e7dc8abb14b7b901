/** Models: all of them, and one. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { Sparkles } from "lucide-react";
import { appRoute } from "@/state/frame-routes";
import type { Place } from "@/telemetry/feature";

const modelsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/models",
  component: lazyRouteComponent(() => import("./models-page"), "ModelsPage"),
});

const modelRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/models/$model",
  component: lazyRouteComponent(() => import("./model-page"), "ModelPage"),
});

export const pages = [modelsRoute, modelRoute] as const;

export const places: readonly Place[] = [
  {
    to: "/models",
    label: "Models",
    icon: Sparkles,
    section: "telemetry",
    rank: 75,
    keys: "g m",
    words: "llm cost tokens latency",
  },
];
