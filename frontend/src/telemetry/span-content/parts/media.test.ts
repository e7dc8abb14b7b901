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
      inline: { uri: "data:image/png;base64,AAAA", base64: "AAAA", shown: "image" },
    });
  });

  /** Only whole raster images can be drawn: no scripts, no halves, nothing empty. */
  it.each([
    ["image/svg+xml", "AAAA", false],
    ["text/html", "AAAA", false],
    ["image/png", "AAAA", true],
    ["image/png", "", false],
  ])("does not draw %s %s", (mime_type, content, truncated) => {
    const { inline } = readMedia({ ...NONE, type: "blob", mime_type, content, truncated });
    expect(inline?.shown).not.toBe("image");
    expect(truncated || content === "" ? inline : undefined).toBeUndefined();
  });

  /** Sound and film are played, a picture without a type is known by its first bytes, the rest is a file to save. */
  it.each([
    ["audio/wav", "audio", "AAAA", "audio"],
    ["video/mp4", "video", "AAAA", "video"],
    [null, "image", "iVBORw0KGgo=", "image"],
    [null, "image", "AAAA", "file"],
    ["application/pdf", "document", "AAAA", "file"],
  ])("shows %s %s", (mime_type, modality, content, shown) => {
    expect(readMedia({ ...NONE, type: "blob", mime_type, modality, content }).inline?.shown).toBe(shown);
  });

  /** Data that is written out in its address is an address to read. */
  it("leaves text in an address", () => {
    expect(readMedia({ ...NONE, type: "uri", uri: "data:,hello" }).place).toBe("data:,hello");
  });

  /** What is empty says so. */
  it("says what is empty", () => {
    expect(readMedia({ ...NONE, type: "blob", content: "" }).size).toBe("(empty)");
    expect(readMedia({ ...NONE, type: "uri", uri: "" }).place).toBe("(empty)");
  });
});
