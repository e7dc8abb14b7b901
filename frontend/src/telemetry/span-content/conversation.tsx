/** Messages as they were exchanged. Model output is text and nothing else: it is never read as HTML. */
import { Bot, CircleUser, Settings2, Wrench } from "lucide-react";
import { useState } from "react";
import { CopyButton } from "@/components/ui/copy-button";
import { JsonTree } from "@/components/ui/json-tree";
import { Segmented } from "@/components/ui/segmented";
import { cn } from "@/lib/cn";
import { plural } from "@/lib/format/number";
import { usePreferences } from "@/state/preferences";
import type { Derived, Message } from "@/telemetry/trace/span-query";
import { Cut } from "./parts/cut";
import { Empty } from "./parts/empty";
import { MessagePartView } from "./parts/message-part";
import { partText } from "./parts/part-text";
import { Section } from "./section";

type ConversationParts = Pick<
  Derived,
  "input_messages" | "input_messages_truncated" | "output_messages" | "output_messages_truncated" | "tools"
>;

export function Conversation({ derived }: { derived: ConversationParts }) {
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

function MessageItem({ message, isOutput = false }: { message: Message; isOutput?: boolean }) {
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
      <div className="flex h-5 items-center gap-1.5 font-medium text-xs" style={{ color: look.color }}>
        <Icon size={13} aria-hidden />
        {look.label}
        {message.name && <span className="font-normal text-faint">{message.name}</span>}
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

function OfferedTools({ tools }: { tools: Derived["tools"] }) {
  const [open, setOpen] = useState(false);
  return (
    <div className="min-w-0 text-xs">
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="text-left text-muted hover:text-text"
      >
        {plural(tools.length, "tool")} offered: {tools.map((tool) => tool.name ?? "unnamed").join(", ")}
      </button>
      {open && (
        <div className="mt-1.5 rounded-lg border border-line bg-sunken p-2">
          <JsonTree value={tools} label="Tools" />
        </div>
      )}
    </div>
  );
}
