import { describe, expect, it } from "vitest";
import { type Endpoints, noteOn, targetOf } from "./endpoints-query";

const ORIGIN = "https://junjo.example";
const local: Endpoints = {
  grpc: { url: "http://localhost:7001", tls: false, known_by: "port", only_local: false },
  http: { url: "http://localhost:7002", tls: false, known_by: "port", only_local: false },
  page_url: "http://localhost:1324",
  received_by: "server",
};

describe("targetOf", () => {
  /** On the server's machine each receiver is named by its own port. */
  it("takes the addresses that the server tells", () => {
    expect(targetOf(local, "http://localhost:1324", "k")).toEqual({
      grpcUrl: "http://localhost:7001",
      httpUrl: "http://localhost:7002",
      pageUrl: "http://localhost:1324",
      apiKey: "k",
    });
    expect(noteOn(local)).toBeUndefined();
  });

  /** Behind a proxy that the server knows nothing of, the page's own address is better than what the server believes. */
  it("keeps to the page's own address where that is the way", () => {
    const behind: Endpoints = {
      ...local,
      grpc: { url: "http://127.0.0.1:7001", tls: false, known_by: "port", only_local: true },
      http: { url: "http://junjo.example", tls: false, known_by: "page", only_local: false },
    };
    const target = targetOf(behind, ORIGIN, "k");
    expect(target.httpUrl).toBe(ORIGIN);
    expect(target.grpcUrl).toBeNull();
    expect(noteOn(behind)).toContain("JUNJO_PUBLIC_OTLP_GRPC_URL");
  });

  /** In split mode the server does not know where its ingestion services are, until somebody says so. */
  it("says what split mode needs", () => {
    const http: Endpoints["http"] = { url: ORIGIN, tls: true, known_by: "page", only_local: false };
    const split: Endpoints = { ...local, grpc: null, http, received_by: "ingestion_services" };
    expect(noteOn(split)).toContain("JUNJO_PUBLIC_OTLP_HTTP_URL");
    const setting = { tls: true, known_by: "setting", only_local: false };
    const told = {
      ...split,
      grpc: { ...setting, url: "https://in:1" },
      http: { ...setting, url: "https://in:2" },
    };
    expect(noteOn(told)).toBeUndefined();
    expect(targetOf(told, ORIGIN, "k")).toMatchObject({ grpcUrl: "https://in:1", httpUrl: "https://in:2" });
  });
});
