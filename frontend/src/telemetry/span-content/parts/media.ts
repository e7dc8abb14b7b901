/** What is known about media in a message, whether they came inside it, by an address or by an id. Pure. */
import { formatBytes } from "@/lib/format/bytes";
import type { MessagePart } from "@/telemetry/trace/span-query";

type MediaPart = Extract<MessagePart, { type: "uri" | "blob" | "file" }>;

export interface Media {
  /** `image`, `audio`, `video`, `document`, or "media". */
  modality: string;
  /** MIME type; "" if it is not known. */
  type: string;
  name: string | undefined;
  /** Address, or id at the provider; "" for media that came inside the message. */
  place: string;
  /** Of what came inside; "(empty)" if nothing did. */
  size: string;
  /** A `data:` address that is safe to draw. */
  inlineImage: string | undefined;
}

export function readMedia(part: MediaPart): Media {
  const inline = inlineContent(part);
  return {
    modality: part.modality ?? "media",
    type: part.mime_type ?? inline?.type ?? "",
    name: part.name ?? undefined,
    place: inline === undefined ? placeOf(part) : "",
    size: inline === undefined ? "" : sizeOf(inline.content),
    inlineImage: inline && !part.truncated && DRAWABLE.test(inline.uri) ? inline.uri : undefined,
  };
}

/** Raster images. SVG can carry scripts and stays closed. */
const DRAWABLE = /^data:image\/(?:png|jpe?g|gif|webp);base64,./i;
const DATA_ADDRESS = /^data:([^;,]*)[^,]*,/i;
/** Base64 has four digits for three bytes. */
const BYTES_PER_DIGIT = 0.75;

interface Inline {
  uri: string;
  type: string | undefined;
  content: string;
}

function inlineContent(part: MediaPart): Inline | undefined {
  if (part.type === "blob") {
    const { content } = part;
    return { uri: `data:${part.mime_type ?? ""};base64,${content}`, type: undefined, content };
  }
  const head = part.type === "uri" ? DATA_ADDRESS.exec(part.uri) : null;
  if (part.type !== "uri" || head === null) return undefined;
  return { uri: part.uri, type: head[1] || undefined, content: part.uri.slice(head[0].length) };
}

function sizeOf(base64: string): string {
  return base64 === "" ? "(empty)" : formatBytes(Math.floor(base64.length * BYTES_PER_DIGIT));
}

function placeOf(part: MediaPart): string {
  const place = part.type === "file" ? part.file_id : part.type === "uri" ? part.uri : "";
  return place || "(empty)";
}
