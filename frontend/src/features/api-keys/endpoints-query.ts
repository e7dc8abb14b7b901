/** Where senders reach the server, and what that means for snippets. */
import { queryOptions } from "@tanstack/react-query";
import { api, deadline, type ResponseOf, unwrap } from "@/lib/api/client";
import type { SnippetTarget } from "./snippets/snippet";

export type Endpoints = ResponseOf<"/otel/endpoints", "get">;

/** Addresses change with the settings, which need a restart. */
const STALE_MS = 60_000;

export function endpointsQuery() {
  return queryOptions({
    queryKey: ["otel", "endpoints"],
    queryFn: ({ signal }) => unwrap(api.GET("/otel/endpoints", { signal: deadline(signal) })),
    staleTime: STALE_MS,
  });
}

/** The addresses that snippets name. `origin` is the page's own, which is known best here. Pure. */
export function targetOf(endpoints: Endpoints, origin: string, apiKey: string): SnippetTarget {
  const { grpc, http } = endpoints;
  return {
    grpcUrl: grpc === null || grpc.only_local ? null : grpc.url,
    httpUrl: http.known_by === "page" ? origin : http.url,
    pageUrl: origin,
    apiKey,
  };
}

/** What somebody has to know or do about the addresses; undefined where they are as one expects. Pure. */
export function noteOn({ grpc, http, received_by }: Endpoints): string | undefined {
  if (received_by === "ingestion_services" && (grpc === null || http.known_by !== "setting")) {
    return "Ingestion services receive here, at addresses that this server is not told: set JUNJO_PUBLIC_OTLP_GRPC_URL and JUNJO_PUBLIC_OTLP_HTTP_URL. Until then these snippets send to this page's own port.";
  }
  if (grpc?.only_local) {
    return `gRPC is received on the server's own machine alone, at ${grpc.url}, so these snippets send over HTTP. JUNJO_OTLP_GRPC_ADDR opens the port; JUNJO_PUBLIC_OTLP_GRPC_URL names the address of a proxy in front.`;
  }
  return undefined;
}
