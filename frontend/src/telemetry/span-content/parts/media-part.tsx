/** Pictures, audio, video and documents. What came inside the message is shown at once; nothing is fetched from other hosts. */
import { AudioLines, Download, File, FileText, Image as ImageIcon, Video } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { LongText } from "@/components/ui/long-text";
import { Picture } from "@/components/ui/picture";
import { isWebAddress } from "@/lib/markdown";
import { saveBase64 } from "@/lib/save-text";
import { postToast } from "@/state/toasts";
import type { MessagePart } from "@/telemetry/trace/span-query";
import { type Media, readMedia } from "./media";

const ICONS = { image: ImageIcon, audio: AudioLines, video: Video, document: FileText };
const ADDRESS_CHARACTERS = 160;

export function MediaPart({ part }: { part: Extract<MessagePart, { type: "uri" | "blob" | "file" }> }) {
  const media = readMedia(part);
  const Icon = ICONS[media.modality as keyof typeof ICONS] ?? File;
  return (
    <div className="grid min-w-0 gap-1.5 rounded-md border border-line bg-surface px-2.5 py-1.5 text-xs">
      <div className="flex min-w-0 items-start gap-2">
        <Icon size={13} className="mt-0.5 shrink-0 text-faint" aria-hidden />
        <span className="min-w-0 flex-1 [overflow-wrap:anywhere]">
          {media.name && <span className="mr-1.5 font-medium">{media.name}</span>}
          <span className="mr-1.5 text-faint">
            {[media.modality, media.type, media.size].filter(Boolean).join(", ")}
          </span>
          {media.place && (
            <LongText text={media.place} charactersAtFirst={ADDRESS_CHARACTERS} className="font-mono" />
          )}
        </span>
        <SaveButton media={media} />
        <OpenLink media={media} />
      </div>
      <Shown media={media} />
    </div>
  );
}

function Shown({ media: { inline, name, modality } }: { media: Media }) {
  const [broken, setBroken] = useState(false);
  if (!inline || inline.shown === "file") return null;
  const title = name ?? `${modality} of the message`;
  if (inline.shown === "image") return <Picture src={inline.uri} alt={title} />;
  if (broken) return <p className="text-faint">This browser cannot play it; save it to listen or watch.</p>;
  const shown = { src: inline.uri, controls: true, "aria-label": title, onError: () => setBroken(true) };
  if (inline.shown === "audio") return <audio {...shown} className="h-10 w-full" />;
  return <video {...shown} className="max-h-80 max-w-full rounded-md" />;
}

/** Pictures and sound are seen and heard here; other files can only be taken away. */
function SaveButton({ media: { inline, name, type, modality } }: { media: Media }) {
  if (!inline) return null;
  const file = name ?? `${modality}${extension(type)}`;
  return (
    <Button
      weight="ghost"
      size="icon"
      className="size-6 shrink-0"
      aria-label={`Save ${file}`}
      title={`Save ${file}`}
      onClick={() => {
        if (!saveBase64(inline.base64, file, type))
          postToast({ tone: "error", title: "These bytes cannot be saved", detail: "They are not base64." });
      }}
    >
      <Download size={13} />
    </Button>
  );
}

function extension(type: string): string {
  const subtype = /\/([\w.-]+)/.exec(type)?.[1];
  return subtype === undefined ? "" : `.${subtype === "jpeg" ? "jpg" : subtype}`;
}

function OpenLink({ media: { place } }: { media: Media }) {
  if (!isWebAddress(place)) return null;
  return (
    <a
      href={place}
      target="_blank"
      rel="noopener noreferrer nofollow"
      className="inline-flex min-h-6 shrink-0 items-center text-accent-text hover:underline"
    >
      Open
    </a>
  );
}
