import { describe, expect, it } from "vitest";
import { snippetsFor } from "./catalog";
import type { SnippetTarget } from "./snippet";

const target: SnippetTarget = {
  grpcUrl: "http://junjo.lan:7001",
  httpUrl: "http://junjo.lan:7002",
  pageUrl: "http://junjo.lan:7003",
  apiKey: "jk_secret",
};

/** All that somebody pastes for a snippet. */
function pasted(chosen: SnippetTarget, id: string): string {
  const snippet = snippetsFor(chosen).find((candidate) => candidate.id === id);
  return [...(snippet?.files.map((file) => file.code) ?? []), snippet?.run ?? ""].join("\n");
}

describe("snippetsFor", () => {
  /** Every snippet carries the key and an address that was given, and no other port. */
  it("puts key and address into each snippet", () => {
    for (const { id } of snippetsFor(target)) {
      const text = pasted(target, id);
      expect(text, id).toContain("jk_secret");
      const ports = [...text.matchAll(/(?:junjo\.lan|localhost):(\d+)/g)].map((match) => match[1]);
      expect(ports.length, id).toBeGreaterThan(0);
      expect(["7001", "7002", "7003"], id).toEqual(expect.arrayContaining(ports));
    }
  });

  /** The scheme of gRPC's own address decides whether its exporter uses TLS, not that of the page. */
  it("uses TLS where the address does", () => {
    expect(pasted(target, "junjo")).toContain('endpoint="junjo.lan:7001"');
    expect(pasted(target, "junjo")).toContain("insecure=True");
    const secure = pasted({ ...target, grpcUrl: "https://otlp.example" }, "junjo");
    expect(secure).toContain('endpoint="otlp.example:443"');
    expect(secure).toContain("insecure=False");
  });

  /** Where gRPC has no address, no snippet makes one up. */
  it("goes over HTTP where gRPC is not known", () => {
    for (const { id } of snippetsFor({ ...target, grpcUrl: null })) {
      expect(pasted({ ...target, grpcUrl: null }, id), id).not.toMatch(/grpc|7001/i);
    }
  });

  /** Each is offered under a name of its own, with a word about what it is. */
  it("names each snippet", () => {
    const snippets = snippetsFor(target);
    expect(new Set(snippets.map(({ id }) => id)).size).toBe(snippets.length);
    expect(snippets.every(({ label, about }) => label !== "" && about.endsWith("."))).toBe(true);
  });
});
