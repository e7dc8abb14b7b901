/** One part of a message, as what it is: text with its sources, reasoning, a tool call or its result, media by name. */
import { JsonTree } from "@/components/ui/json-tree";
import type { MessagePart } from "@/telemetry/trace/span-query";
import { Cut } from "./cut";
import { MediaPart } from "./media-part";
import { Reasoning, TextPart } from "./text-parts";
import { ToolCallPart, ToolResultPart } from "./tool-parts";

interface MessagePartViewProps {
  part: MessagePart;
  charactersAtFirst?: number;
}

export function MessagePartView({ part, charactersAtFirst }: MessagePartViewProps) {
  return (
    <>
      <PartBody part={part} charactersAtFirst={charactersAtFirst} />
      {part.truncated && <Cut />}
    </>
  );
}

interface PartBodyProps {
  part: MessagePart;
  charactersAtFirst: number | undefined;
}

function PartBody({ part, charactersAtFirst }: PartBodyProps) {
  switch (part.type) {
    case "text":
      return (
        <TextPart
          text={part.content}
          citations={part.citations ?? []}
          charactersAtFirst={charactersAtFirst}
        />
      );
    case "reasoning":
      return <Reasoning text={part.content} />;
    case "tool_call":
      return <ToolCallPart name={part.name} args={part.arguments} />;
    case "tool_call_response":
      return <ToolResultPart name={part.name ?? part.id} result={part.response} failed={part.is_error} />;
    case "uri":
    case "blob":
    case "file":
      return <MediaPart part={part} />;
    case "other":
      return (
        <div className="min-w-0 rounded-md border border-line bg-surface px-2 py-1.5">
          <p className="mb-1 text-2xs text-faint">A part of a kind that is not known here</p>
          <JsonTree value={part.value} label="Part" openDepth={1} />
        </div>
      );
  }
}
