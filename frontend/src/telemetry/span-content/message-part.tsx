/** One part of a message: text, a tool call or its answer, reasoning, or media by name. */
import { Image as ImageIcon, Wrench } from "lucide-react";
import { type ReactNode, useState } from "react";
import { JsonTree } from "@/components/ui/json-tree";
import { LongText } from "@/components/ui/long-text";
import { Markdown } from "@/components/ui/markdown";
import { formatBytes } from "@/lib/format/number";
import { toText } from "@/lib/json";
import { isWebAddress } from "@/lib/markdown";
import { usePreferences } from "@/state/preferences";
import type { MessagePart } from "@/telemetry/trace/span-query";
import { Payload } from "./payload";

/** The part as text to copy. */
export function partText(part: MessagePart): string {
  switch (part.type) {
    case "text":
    case "reasoning":
      return part.content;
    case "tool_call":
      return toText(part.arguments);
    case "tool_call_response":
      return toText(part.response);
    default:
      return toText(part);
  }
}

interface MessagePartViewProps {
  part: MessagePart;
  charactersAtFirst?: number;
}

export function MessagePartView({ part, charactersAtFirst }: MessagePartViewProps) {
  switch (part.type) {
    case "text":
      return <MessageText text={part.content} charactersAtFirst={charactersAtFirst} />;
    case "reasoning":
      return <Reasoning text={part.content} />;
    case "tool_call":
      return (
        <CallBlock title={part.name ?? "tool"} note="calls">
          <Payload value={part.arguments ?? {}} label="Arguments" />
        </CallBlock>
      );
    case "tool_call_response":
      return (
        <CallBlock title={part.name ?? part.id ?? "tool"} note="returned">
          <Payload value={part.response} label="Result" />
        </CallBlock>
      );
    case "uri":
      return <Media modality={part.modality} type={part.mime_type} detail={part.uri} uri={part.uri} />;
    case "blob":
      return (
        <Media
          modality={part.modality}
          type={part.mime_type}
          detail={formatBytes(part.content.length * 0.75)}
          uri={`data:${part.mime_type ?? ""};base64,${part.content}`}
        />
      );
    case "file":
      return <Media modality={part.modality} type={part.mime_type} detail={part.file_id} />;
    default:
      return (
        <div className="min-w-0 rounded-md border border-line bg-surface px-2 py-1.5">
          <JsonTree value={part} label="Part" openDepth={1} />
        </div>
      );
  }
}

function CallBlock({ title, note, children }: { title: string; note: string; children: ReactNode }) {
  return (
    <div className="min-w-0 overflow-hidden rounded-md border border-line bg-surface">
      <div className="flex items-center gap-1.5 border-line border-b px-2.5 py-1 text-xs">
        <Wrench size={12} className="text-[var(--role-tool)]" aria-hidden />
        <span className="text-faint">{note}</span>
        <code className="min-w-0 truncate font-mono">{title}</code>
      </div>
      <div className="px-2 py-1.5">{children}</div>
    </div>
  );
}

function Reasoning({ text }: { text: string }) {
  if (text === "")
    return <span className="text-faint text-xs">Reasoning, which the provider keeps to itself</span>;
  return (
    <details className="min-w-0 text-muted text-sm">
      <summary className="w-fit cursor-pointer text-xs hover:text-text">Reasoning</summary>
      <LongText text={text} className="mt-1 block border-line border-l-2 pl-2.5 italic" />
    </details>
  );
}

/** Long texts are cut before they are parsed; the rest comes as plain text on demand. */
const MARKDOWN_CHARACTERS_MAX = 20_000;

function MessageText({ text, charactersAtFirst }: { text: string; charactersAtFirst?: number | undefined }) {
  const markdown = usePreferences((state) => state.markdown);
  const limit = charactersAtFirst ?? MARKDOWN_CHARACTERS_MAX;
  if (markdown && text.length <= limit) return <Markdown text={text} className="text-sm" />;
  return (
    <LongText
      text={text}
      className="text-sm leading-5.5"
      {...(charactersAtFirst === undefined ? {} : { charactersAtFirst })}
    />
  );
}

const URI_CHARACTERS = 160;
/** Raster images that came inside the message. SVG can carry scripts and stays closed. */
const INLINE_IMAGE = /^data:image\/(?:png|jpe?g|gif|webp);base64,/i;

interface MediaProps {
  modality: string | null;
  type: string | null;
  detail: string;
  uri?: string;
}

/** Images and files are named, not loaded: the page fetches nothing from other hosts. What came inside can be opened. */
function Media({ modality, type, detail, uri = "" }: MediaProps) {
  const [open, setOpen] = useState(false);
  const inline = INLINE_IMAGE.test(uri);
  return (
    <div className="grid min-w-0 gap-1.5 rounded-md border border-line bg-surface px-2.5 py-1.5 text-xs">
      <div className="flex min-w-0 items-start gap-2">
        <ImageIcon size={13} className="mt-0.5 shrink-0 text-faint" aria-hidden />
        <span className="min-w-0 flex-1">
          <span className="mr-1.5 text-faint">{[modality ?? "media", type].filter(Boolean).join(", ")}</span>
          <LongText text={detail} charactersAtFirst={URI_CHARACTERS} className="font-mono" />
        </span>
        {inline && (
          <button
            type="button"
            aria-expanded={open}
            onClick={() => setOpen(!open)}
            className="shrink-0 text-accent-text hover:underline"
          >
            {open ? "Hide" : "Show"}
          </button>
        )}
        {isWebAddress(uri) && (
          <a
            href={uri}
            target="_blank"
            rel="noopener noreferrer nofollow"
            className="shrink-0 text-accent-text hover:underline"
          >
            Open
          </a>
        )}
      </div>
      {open && (
        <img src={uri} alt={`${modality ?? "media"} of the message`} className="max-h-80 max-w-full" />
      )}
    </div>
  );
}
