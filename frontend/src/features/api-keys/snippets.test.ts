import { describe, expect, it } from "vitest";
import { snippetsFor } from "./snippets";

const target = {
  hostname: "localhost",
  origin: "http://localhost:1324",
  secure: false,
  apiKey: "jk_secret",
};

describe("snippetsFor", () => {
  /** Every snippet works as pasted: it carries the key and an address of this server. */
  it("puts key and address into each snippet", () => {
    for (const { code } of snippetsFor(target)) {
      expect(code).toContain("jk_secret");
      expect(code).toContain("localhost:");
    }
  });

  /** Behind TLS the gRPC exporter must not be told to use plain text. */
  it("follows the page's scheme", () => {
    expect(snippetsFor(target)[0]?.code).toContain("insecure=True");
    const [junjo, python, node] = snippetsFor({ ...target, secure: true });
    expect(junjo?.code).toContain("insecure=False");
    expect(python?.code).toContain("insecure=False");
    expect(node?.code).toContain("https://localhost");
  });
});
