import { describe, expect, it } from "vitest";
import { readMedia } from "./media";

const NONE = { modality: null, mime_type: null, name: null, truncated: false } as const;

describe("readMedia", () => {
  /** An address with the data in it is data, with the type that it names, and is not shown as an address. */
  it("reads data addresses", () => {
    expect(readMedia({ ...NONE, type: "uri", uri: "data:image/png;base64,AAAA" })).toEqual({
      modality: "media",
      type: "image/png",
      name: undefined,
      place: "",
      size: "3 B",
      inlineImage: "data:image/png;base64,AAAA",
    });
  });

  /** Only whole raster images can be drawn: no scripts, no halves, nothing empty. */
  it.each([
    ["image/svg+xml", "AAAA", false],
    ["text/html", "AAAA", false],
    ["image/png", "AAAA", true],
    ["image/png", "", false],
  ])("does not draw %s %s", (mime_type, content, truncated) => {
    expect(readMedia({ ...NONE, type: "blob", mime_type, content, truncated }).inlineImage).toBeUndefined();
  });

  /** What is empty says so. */
  it("says what is empty", () => {
    expect(readMedia({ ...NONE, type: "blob", content: "" }).size).toBe("(empty)");
    expect(readMedia({ ...NONE, type: "uri", uri: "" }).place).toBe("(empty)");
  });
});
