/** Messages as they were exchanged. Model output is text and nothing else: it is never read as HTML. */
import { Bot, CircleUser, Scissors, Settings2, Wrench } from "lucide-react";
import { CopyButton } from "@/components/ui/copy-button";
import { Segmented } from "@/components/ui/segmented";
import { cn } from "@/lib/cn";
import { plural } from "@/lib/format/number";
import { usePreferences } from "@/state/preferences";
import type { Derived, Message } from "@/telemetry/trace/span-query";
import { OfferedTools } from "./offered-tools";
import { Cut } from "./parts/cut";
import { Empty } from "./parts/empty";
import { MessagePartView } from "./parts/message-part";
import { partText } from "./parts/part-text";
import { Section } from "./section";

type ConversationParts = Pick<
  Derived,
  "input_messages" | "input_messages_truncated" | "output_messages" | "output_messages_truncated" | "tools"
>;

interface ConversationProps {
  derived: ConversationParts;
  /** Why the answer is not whole. */
  cutOff?: string | undefined;
}

export function Conversation({ derived, cutOff }: ConversationProps) {
  const { input_messages: input, output_messages: output, tools } = derived;
  const { markdown, update } = usePreferences();
  return (
    <Section
      title="Conversation"
      note={plural(input.length + output.length, "message")}
      actions={
        <Segmented
          label="Text of messages"
          value={markdown ? "markdown" : "plain"}
          onValueChange={(value) => update({ markdown: value === "markdown" })}
          options={[
            { value: "markdown", label: "Markdown" },
            { value: "plain", label: "Plain" },
          ]}
        />
      }
    >
      <ol className="grid min-w-0 gap-2">
        {input.map((message, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: messages have no id and never reorder
          <MessageItem key={index} message={message} />
        ))}
        {derived.input_messages_truncated && <CutList what="input messages may be missing after this" />}
        {output.map((message, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: as above
          <MessageItem key={`output-${index}`} message={message} isOutput />
        ))}
        {cutOff !== undefined && <CutOff reason={cutOff} />}
        {derived.output_messages_truncated && <CutList what="output messages may be missing after this" />}
      </ol>
      {tools.length > 0 && <OfferedTools tools={tools} />}
    </Section>
  );
}

/** In the place of the messages that did not arrive. */
function CutList({ what }: { what: string }) {
  return (
    <li className="rounded-lg border border-warn/30 border-dashed px-3 py-2">
      <Cut what={what} />
    </li>
  );
}

/** Below an answer that broke off. */
export function CutOff({ reason }: { reason: string }) {
  return (
    <li className="flex items-center gap-1.5 rounded-lg border border-warn/30 border-dashed px-3 py-2 text-warn text-xs">
      <Scissors size={12} className="shrink-0" aria-hidden />
      <span>
        <b className="font-medium">Cut off:</b> {reason}.
      </span>
    </li>
  );
}

const ROLES = {
  system: { label: "System", icon: Settings2, color: "var(--role-chain)" },
  developer: { label: "Developer", icon: Settings2, color: "var(--role-chain)" },
  user: { label: "User", icon: CircleUser, color: "var(--role-node)" },
  assistant: { label: "Assistant", icon: Bot, color: "var(--role-llm)" },
  model: { label: "Assistant", icon: Bot, color: "var(--role-llm)" },
  tool: { label: "Tool", icon: Wrench, color: "var(--role-tool)" },
};

/** System prompts are long and the same every time. */
const SYSTEM_CHARACTERS = 280;

export function MessageItem({ message, isOutput = false }: { message: Message; isOutput?: boolean }) {
  const look = ROLES[message.role as keyof typeof ROLES] ?? { ...ROLES.user, label: message.role };
  const Icon = look.icon;
  const isSystem = message.role === "system" || message.role === "developer";
  return (
    <li
      className={cn(
        "group grid min-w-0 gap-1.5 rounded-lg border border-line px-3 py-2",
        isOutput
          ? "border-[color-mix(in_oklab,var(--role-llm)_40%,var(--line))] bg-[color-mix(in_oklab,var(--role-llm)_7%,transparent)]"
          : "bg-sunken",
      )}
    >
      <div
        className="flex min-h-5 min-w-0 items-center gap-1.5 font-medium text-xs"
        style={{ color: look.color }}
      >
        <Icon size={13} className="shrink-0" aria-hidden />
        <span className="[overflow-wrap:anywhere]">{look.label}</span>
        {message.name && (
          <span className="min-w-0 font-normal text-faint [overflow-wrap:anywhere]">{message.name}</span>
        )}
        {isOutput && <span className="font-normal text-faint">answers</span>}
        <CopyButton
          text={() => message.parts.map(partText).join("\n\n")}
          what="message"
          className="ml-auto size-5 opacity-0 focus-visible:opacity-100 group-hover:opacity-100"
        />
      </div>
      {message.parts.length === 0 && <Empty />}
      {message.parts.map((part, index) => (
        <MessagePartView
          // biome-ignore lint/suspicious/noArrayIndexKey: parts have no id and never reorder
          key={index}
          part={part}
          {...(isSystem ? { charactersAtFirst: SYSTEM_CHARACTERS } : {})}
        />
      ))}
    </li>
  );
}
