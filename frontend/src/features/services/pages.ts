/** The services that sent telemetry. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { Boxes } from "lucide-react";
import { appRoute } from "@/state/frame-routes";
import type { Place } from "@/telemetry/feature";
import { servicesSearch } from "./services-search";

const servicesRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/services",
  validateSearch: servicesSearch,
  component: lazyRouteComponent(() => import("./services-page"), "ServicesPage"),
});

const serviceRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/services/$service",
  component: lazyRouteComponent(() => import("./service-page"), "ServicePage"),
});

export const pages = [servicesRoute, serviceRoute] as const;

export const places: readonly Place[] = [
  { to: "/services", label: "Services", icon: Boxes, section: "telemetry", rank: 70, keys: "g v", words: "" },
];
