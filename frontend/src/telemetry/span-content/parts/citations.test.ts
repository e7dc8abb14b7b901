import { describe, expect, it } from "vitest";
import { readCitation } from "./citations";

describe("readCitation", () => {
  /** Each provider's shape gives title, address and quote. */
  it.each([
    [
      "OpenAI, chat",
      { type: "url_citation", url_citation: { url: "https://a.example", title: "A", start_index: 0 } },
      { title: "A", url: "https://a.example", quote: undefined },
    ],
    [
      "OpenAI, a file",
      { type: "file_citation", file_id: "file-1", filename: "a.pdf" },
      { title: "a.pdf", url: undefined, quote: undefined },
    ],
    [
      "Anthropic, a search",
      { type: "web_search_result_location", url: "https://a.example", title: "A", cited_text: "so it is" },
      { title: "A", url: "https://a.example", quote: "so it is" },
    ],
    [
      "Bedrock",
      { title: "A", location: { web: { url: "https://a.example" } }, sourceContent: [{ text: "so it is" }] },
      { title: "A", url: "https://a.example", quote: "so it is" },
    ],
    [
      "Gemini",
      { web: { uri: "https://a.example", title: "A" } },
      { title: "A", url: "https://a.example", quote: undefined },
    ],
    [
      "an address",
      "https://a.example",
      { title: "https://a.example", url: "https://a.example", quote: undefined },
    ],
    ["nothing", null, { title: "source without a name", url: undefined, quote: undefined }],
  ])("reads %s", (_, value, read) => {
    expect(readCitation(value)).toEqual(read);
  });

  /** An address that is none of the web is never a link. */
  it("refuses other schemes", () => {
    expect(readCitation({ url: "javascript:alert(1)" }).url).toBeUndefined();
  });
});
