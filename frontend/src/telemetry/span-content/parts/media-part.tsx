/** Pictures, audio, video and documents by name. Nothing is fetched from other hosts; what came inside can be opened. */
import { AudioLines, File, FileText, Image as ImageIcon, Video } from "lucide-react";
import { useState } from "react";
import { LongText } from "@/components/ui/long-text";
import { isWebAddress } from "@/lib/markdown";
import type { MessagePart } from "@/telemetry/trace/span-query";
import { type Media, readMedia } from "./media";

const ICONS = { image: ImageIcon, audio: AudioLines, video: Video, document: FileText };
const ADDRESS_CHARACTERS = 160;

export function MediaPart({ part }: { part: Extract<MessagePart, { type: "uri" | "blob" | "file" }> }) {
  const [open, setOpen] = useState(false);
  const media = readMedia(part);
  const Icon = ICONS[media.modality as keyof typeof ICONS] ?? File;
  return (
    <div className="grid min-w-0 gap-1.5 rounded-md border border-line bg-surface px-2.5 py-1.5 text-xs">
      <div className="flex min-w-0 items-start gap-2">
        <Icon size={13} className="mt-0.5 shrink-0 text-faint" aria-hidden />
        <span className="min-w-0 flex-1">
          {media.name && <span className="mr-1.5 font-medium">{media.name}</span>}
          <span className="mr-1.5 text-faint">
            {[media.modality, media.type, media.size].filter(Boolean).join(", ")}
          </span>
          {media.place && (
            <LongText text={media.place} charactersAtFirst={ADDRESS_CHARACTERS} className="font-mono" />
          )}
        </span>
        {media.inlineImage && (
          <button
            type="button"
            aria-expanded={open}
            onClick={() => setOpen(!open)}
            className="min-h-6 shrink-0 text-accent-text hover:underline"
          >
            {open ? "Hide" : "Show"}
          </button>
        )}
        <OpenLink media={media} />
      </div>
      {open && media.inlineImage && (
        <img
          src={media.inlineImage}
          alt={media.name ?? `${media.modality} of the message`}
          className="max-h-80 max-w-full"
        />
      )}
    </div>
  );
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
