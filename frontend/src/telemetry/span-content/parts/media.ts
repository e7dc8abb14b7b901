/** What is known about media in a message, whether they came inside it, by an address or by an id. Pure. */
import { formatBytes } from "@/lib/format/bytes";
import { isDrawable } from "@/lib/markdown";
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
  /** Of what came inside whole. */
  inline: Inline | undefined;
}

interface Inline {
  /** A `data:` address. */
  uri: string;
  base64: string;
  /** How the page can show it; "file" if it can only be saved. */
  shown: "image" | "audio" | "video" | "file";
}

export function readMedia(part: MediaPart): Media {
  const content = inlineContent(part);
  const type = part.mime_type ?? content?.type ?? "";
  const modality = part.modality ?? "media";
  return {
    modality,
    type,
    name: part.name ?? undefined,
    place: content === undefined ? placeOf(part) : "",
    size: content === undefined ? "" : sizeOf(content.base64),
    inline:
      content && content.base64 !== "" && !part.truncated ? inlineOf(content, type, modality) : undefined,
  };
}

const DATA_ADDRESS = /^data:([^;,]*)([^,]*),/i;
/** Base64 has four digits for three bytes. */
const BYTES_PER_DIGIT = 0.75;

interface Content {
  type: string | undefined;
  base64: string;
}

function inlineContent(part: MediaPart): Content | undefined {
  if (part.type === "blob") return { type: undefined, base64: part.content };
  const head = part.type === "uri" ? DATA_ADDRESS.exec(part.uri) : null;
  if (part.type !== "uri" || !head?.[2]?.includes("base64")) return undefined;
  return { type: head[1] || undefined, base64: part.uri.slice(head[0].length) };
}

function inlineOf({ base64 }: Content, type: string, modality: string): Inline {
  const family = type.split("/")[0];
  const guessed = type === "" && modality === "image" ? imageType(base64) : type;
  const uri = `data:${guessed};base64,${base64.replaceAll("-", "+").replaceAll("_", "/")}`;
  if (isDrawable(uri)) return { uri, base64, shown: "image" };
  if (family === "audio" || family === "video") return { uri, base64, shown: family };
  return { uri, base64, shown: "file" };
}

/** By its first bytes: some vendors send pictures without their type. */
function imageType(base64: string): string {
  if (base64.startsWith("iVBOR")) return "image/png";
  if (base64.startsWith("/9j/")) return "image/jpeg";
  if (base64.startsWith("R0lGOD")) return "image/gif";
  return base64.startsWith("UklGR") ? "image/webp" : "";
}

function sizeOf(base64: string): string {
  return base64 === "" ? "(empty)" : formatBytes(Math.floor(base64.length * BYTES_PER_DIGIT));
}

function placeOf(part: MediaPart): string {
  const place = part.type === "file" ? part.file_id : part.type === "uri" ? part.uri : "";
  return place || "(empty)";
}
