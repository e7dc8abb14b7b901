/** One part of a message: text, a tool call or its answer, reasoning, or media by name. */
import { Wrench } from "lucide-react";
import type { ReactNode } from "react";
import { JsonTree } from "@/components/ui/json-tree";
import { LongText } from "@/components/ui/long-text";
import type { MessagePart } from "@/features/otel/trace/span-query";
import { formatBytes } from "@/lib/format/number";
import { toText } from "@/lib/json";
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
      return (
        <LongText
          text={part.content}
          className="text-sm leading-5.5"
          {...(charactersAtFirst === undefined ? {} : { charactersAtFirst })}
        />
      );
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
      return <Media modality={part.modality} type={part.mime_type} detail={part.uri} />;
    case "blob":
      return (
        <Media
          modality={part.modality}
          type={part.mime_type}
          detail={formatBytes(part.content.length * 0.75)}
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

const URI_CHARACTERS = 160;

/** Images and files are named, not loaded: the page fetches nothing from other hosts. */
function Media({ modality, type, detail }: { modality: string | null; type: string | null; detail: string }) {
  return (
    <div className="min-w-0 rounded-md border border-line bg-surface px-2.5 py-1.5 text-xs">
      <span className="mr-1.5 text-faint">{[modality ?? "media", type].filter(Boolean).join(", ")}</span>
      <LongText text={detail} charactersAtFirst={URI_CHARACTERS} className="font-mono" />
    </div>
  );
}
