import { fireEvent, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import type { MessagePart } from "@/telemetry/trace/span-query";
import { MessagePartView } from "./message-part";
import { partText } from "./part-text";

/** A picture of one pixel. */
const PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

const WHOLE = { truncated: false } as const;
const MEDIA = { ...WHOLE, modality: null, mime_type: null, name: null } as const;

function show(part: MessagePart): HTMLElement {
  return render(<MessagePartView part={part} />).container;
}

describe("tools", () => {
  /** A call shows its arguments, whoever runs the tool. */
  it("shows a call", () => {
    const shown = show({
      ...WHOLE,
      type: "tool_call",
      id: "1",
      name: "web_search",
      arguments: { query: "Ghent" },
    });
    expect(shown).toHaveTextContent("callsweb_search");
    expect(shown).toHaveTextContent("Ghent");
  });

  /** A call without arguments and a result without content say so. */
  it("says when there is nothing", () => {
    expect(show({ ...WHOLE, type: "tool_call", id: "1", name: "now", arguments: {} })).toHaveTextContent(
      "callsnowNo arguments",
    );
    const result = { ...WHOLE, type: "tool_call_response", id: "1", name: "now", is_error: false } as const;
    expect(show({ ...result, response: "" })).toHaveTextContent("returnednow(empty)");
  });

  /** A tool that failed is told from one that returned. */
  it("tells a result that is an error", () => {
    const result = {
      ...WHOLE,
      type: "tool_call_response",
      id: "1",
      name: "pay",
      response: "card declined",
    } as const;
    expect(show({ ...result, is_error: true })).toHaveTextContent("failedpaycard declined");
    expect(show({ ...result, is_error: false })).toHaveTextContent("returnedpaycard declined");
  });
});

describe("text", () => {
  /** The sources of an answer are listed under it; only web addresses are links. */
  it("lists sources", () => {
    show({
      ...WHOLE,
      type: "text",
      content: "Ghent has three towers.",
      citations: [
        { type: "url_citation", url: "https://example.com/towers", title: "Towers" },
        { type: "char_location", document_title: "guide.pdf", cited_text: "three towers" },
        { type: "url_citation", url: "javascript:alert(1)", title: "Trap" },
      ],
    });
    const sources = within(screen.getByRole("list", { name: "Sources" }));
    expect(sources.getAllByRole("listitem").map((item) => item.textContent)).toEqual([
      "1Towers",
      "2guide.pdf“three towers”",
      "3Trap",
    ]);
    expect(sources.getAllByRole("link").map((link) => link.getAttribute("href"))).toEqual([
      "https://example.com/towers",
    ]);
  });

  /** Reasoning that the provider kept is told from reasoning that is shown. */
  it("shows reasoning", () => {
    expect(show({ ...WHOLE, type: "reasoning", content: "" })).toHaveTextContent("keeps to itself");
    expect(show({ ...WHOLE, type: "reasoning", content: "First the map." })).toHaveTextContent(
      "First the map.",
    );
  });

  /** The beginning of a cut text is shown, with the mark. */
  it("marks a cut text", () => {
    expect(show({ type: "text", content: "It was a da", citations: [], truncated: true })).toHaveTextContent(
      "It was a daCut by the sender: the rest did not arrive.",
    );
  });
});

describe("media", () => {
  /** Name, kind and type of what lies elsewhere are shown with a link; nothing is fetched. */
  it("names what lies elsewhere", () => {
    const uri = "https://example.com/scan.png";
    const shown = show({
      ...MEDIA,
      type: "uri",
      modality: "image",
      mime_type: "image/png",
      name: "scan.png",
      uri,
    });
    expect(shown).toHaveTextContent(`scan.pngimage, image/png${uri}`);
    expect(screen.getByRole("link", { name: "Open" })).toHaveAttribute("href", uri);
    expect(shown.querySelector("img")).toBeNull();
  });

  /** A picture inside the message is drawn at once, and larger when somebody opens it. */
  it("draws a picture that came inside", async () => {
    show({ ...MEDIA, type: "blob", modality: "image", mime_type: "image/png", content: PIXEL });
    const small = screen.getByRole("img", { name: "image of the message" });
    expect(small).toHaveAttribute("src", `data:image/png;base64,${PIXEL}`);
    await userEvent.click(small);
    expect(within(screen.getByRole("dialog")).getByRole("img")).toHaveAttribute(
      "src",
      `data:image/png;base64,${PIXEL}`,
    );
  });

  /** Bytes that are no picture say so instead of a broken sign. */
  it("says when bytes are no picture", () => {
    show({ ...MEDIA, type: "blob", modality: "image", mime_type: "image/png", content: "AAAA" });
    fireEvent.error(screen.getByRole("img"));
    expect(screen.queryByRole("img")).toBeNull();
    expect(document.body).toHaveTextContent("no picture that can be shown");
  });

  /** Sound that came inside can be heard, and nothing plays by itself. */
  it("plays sound", () => {
    const shown = show({
      ...MEDIA,
      type: "blob",
      modality: "audio",
      mime_type: "audio/wav",
      content: "AAAA",
    });
    const audio = shown.querySelector("audio");
    expect(audio).toHaveAttribute("src", "data:audio/wav;base64,AAAA");
    expect(audio).toHaveAttribute("controls");
    expect(audio).not.toHaveAttribute("autoplay");
  });

  /** A file that came inside is saved by its own name. */
  it("offers a file to save", () => {
    show({ ...MEDIA, type: "blob", mime_type: "application/pdf", name: "terms.pdf", content: "AAAA" });
    expect(screen.getByRole("button", { name: "Save terms.pdf" })).toBeVisible();
  });

  /** Documents, audio and uploaded files are named as what they are. */
  it.each([
    ["document", "application/pdf", "terms.pdf", "terms.pdfdocument, application/pdffile-7"],
    ["audio", "audio/wav", null, "audio, audio/wavfile-7"],
    [null, null, null, "mediafile-7"],
  ])("names a file: %s", (modality, mime_type, name, said) => {
    expect(show({ ...WHOLE, type: "file", modality, mime_type, name, file_id: "file-7" })).toHaveTextContent(
      said,
    );
  });
});

describe("unknown parts", () => {
  /** What is not understood is shown as it was recorded, and copied as such. */
  it("shows the value", () => {
    const part: MessagePart = { ...WHOLE, type: "other", value: { kind: "hologram" } };
    expect(show(part)).toHaveTextContent("hologram");
    expect(partText(part)).toBe('{\n  "kind": "hologram"\n}');
  });
});
