/** What one span adds to the story: new messages and the answer, a tool's arguments and result, documents, a failure. */
import { useState } from "react";
import { LongText } from "@/components/ui/long-text";
import { plural } from "@/lib/format/number";
import { hasContent } from "@/lib/json";
import { cutOffReason } from "@/telemetry/span-content/answer-end";
import { CutOff, MessageItem } from "@/telemetry/span-content/conversation";
import { Documents } from "@/telemetry/span-content/documents";
import { Exceptions } from "@/telemetry/span-content/exceptions";
import { Payload } from "@/telemetry/span-content/payload";
import { stateChanges } from "@/telemetry/span-content/state-events";
import type { Message, SpanDetail } from "@/telemetry/trace/span-query";
import { freshMessages } from "./fresh-messages";

interface ReadingBodyProps {
  span: SpanDetail;
  toolsHaveSpans: boolean;
  /** Spans below say what this one was asked and what it answered. */
  holds: boolean;
}

export function ReadingBody({ span, toolsHaveSpans, holds }: ReadingBodyProps) {
  return (
    <>
      {!holds && <Words span={span} toolsHaveSpans={toolsHaveSpans} />}
      <Changes span={span} />
      <Exceptions
        exceptions={span.derived.exceptions}
        status={span.status}
        statusMessage={span.status_message || span.derived.error_message || span.derived.error_type || ""}
      />
    </>
  );
}

function Words({ span, toolsHaveSpans }: Omit<ReadingBodyProps, "holds">) {
  const { derived } = span;
  const { input_messages: input, output_messages: output, tool_call: call } = derived;
  // What a tool was asked and returned is its call, also where it is told as messages.
  const talks = !call && (input.length > 0 || output.length > 0);
  const cutOff = cutOffReason(span);
  const query = derived.retrieval?.query ?? derived.reranking?.query;
  return (
    <>
      {talks && <Talk input={input} output={output} toolsHaveSpans={toolsHaveSpans} cutOff={cutOff} />}
      {call && (
        <>
          <Said name="Asked" value={call.arguments} />
          <Said name="Returned" value={call.result} />
        </>
      )}
      {!talks && !call && (
        <>
          <Said name="Asked" value={query ?? derived.input} />
          <Said name="Returned" value={derived.output} />
        </>
      )}
      {derived.embedding && (
        <p className="text-faint text-xs">{plural(derived.embedding.texts.length, "text")} embedded</p>
      )}
      <Documents title="Documents" documents={derived.documents} />
    </>
  );
}

/** Values of a state are shown up to this length; the panel has them whole. */
const VALUE_CHARACTERS = 300;
const CHANGES_MAX = 20;

/** What the span wrote into a Junjo state, one line for each place. */
function Changes({ span }: { span: SpanDetail }) {
  const written = stateChanges(span.events).flatMap(({ operations }) => operations);
  if (written.length === 0) return null;
  return (
    <ul aria-label="State changes" className="grid min-w-0 gap-0.5 font-mono text-xs">
      {written.slice(0, CHANGES_MAX).map(({ op, path, value }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: changes have no id and never reorder
        <li key={index} className="min-w-0 [overflow-wrap:anywhere]">
          <span className="text-[var(--role-workflow)]">{path.replace(/^\//, "") || "(all)"}</span>{" "}
          <span className="text-faint">{op === "remove" ? "removed" : "←"}</span>{" "}
          {value !== undefined && <LongText text={value} charactersAtFirst={VALUE_CHARACTERS} />}
        </li>
      ))}
      {written.length > CHANGES_MAX && (
        <li className="text-faint">{plural(written.length - CHANGES_MAX, "more change")}</li>
      )}
    </ul>
  );
}

interface TalkProps {
  input: Message[];
  output: Message[];
  toolsHaveSpans: boolean;
  cutOff: string | undefined;
}

function Talk({ input, output, toolsHaveSpans, cutOff }: TalkProps) {
  const [all, setAll] = useState(false);
  const { earlier, fresh } = freshMessages(input, toolsHaveSpans);
  return (
    <ol className="grid min-w-0 gap-2">
      {earlier.length > 0 && (
        <li>
          <button
            type="button"
            aria-expanded={all}
            onClick={() => setAll(!all)}
            className="min-h-6 text-faint text-xs hover:text-text"
          >
            {all ? "Hide" : "Show"} {plural(earlier.length, "earlier message")} of this call
          </button>
        </li>
      )}
      {(all ? input : fresh).map((message, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: messages have no id and never reorder
        <MessageItem key={index} message={message} />
      ))}
      {output.map((message, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: as above
        <MessageItem key={`output-${index}`} message={message} isOutput />
      ))}
      {cutOff !== undefined && <CutOff reason={cutOff} />}
    </ol>
  );
}

/** Arguments and results are read in passing; the whole of them is a click away. */
function Said({ name, value }: { name: string; value: unknown }) {
  if (!hasContent(value)) return null;
  return (
    <div className="grid min-w-0 gap-1 rounded-lg border border-line bg-sunken px-3 py-2">
      <p className="text-2xs text-faint">{name}</p>
      {typeof value === "string" ? (
        <LongText text={value} className="text-sm" />
      ) : (
        <Payload value={value} label={name} openDepth={2} />
      )}
    </div>
  );
}
