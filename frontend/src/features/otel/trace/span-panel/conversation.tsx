/** Messages as they were exchanged. Model output is text and nothing else: it is never read as HTML. */
import { Bot, CircleUser, Settings2, Wrench } from "lucide-react";
import { useState } from "react";
import { CopyButton } from "@/components/ui/copy-button";
import { JsonTree } from "@/components/ui/json-tree";
import { LongText } from "@/components/ui/long-text";
import type { Derived, Message, MessagePart } from "@/features/otel/trace/span-query";
import { cn } from "@/lib/cn";
import { plural } from "@/lib/format/number";
import { toText } from "@/lib/json";
import { Payload } from "./payload";
import { Section } from "./section";

export function Conversation({ derived }: { derived: Derived }) {
  const { input_messages: input, output_messages: output, tools } = derived;
  return (
    <Section title="Conversation" note={plural(input.length + output.length, "message")}>
      <ol className="grid min-w-0 gap-2">
        {input.map((message, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: messages have no id and never reorder
          <MessageItem key={index} message={message} />
        ))}
        {output.map((message, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: as above
          <MessageItem key={`output-${index}`} message={message} isOutput />
        ))}
      </ol>
      {tools.length > 0 && <OfferedTools tools={tools} />}
    </Section>
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
        {isOutput && <span className="font-normal text-faint">answers</span>}
        <CopyButton
          text={() => message.parts.map((part) => partText(part)).join("\n\n")}
          what="message"
          className="ml-auto size-5 opacity-0 focus-visible:opacity-100 group-hover:opacity-100"
        />
      </div>
      {message.parts.length === 0 && <span className="text-faint text-xs">(empty)</span>}
      {message.parts.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts have no id and never reorder
        <Part key={index} part={part} charactersAtFirst={isSystem ? SYSTEM_CHARACTERS : undefined} />
      ))}
    </li>
  );
}

function partText(part: MessagePart): string {
  return toText(part.content ?? part.arguments ?? part.response ?? part);
}

function Part({ part, charactersAtFirst }: { part: MessagePart; charactersAtFirst?: number | undefined }) {
  if (part.type === "text") {
    return (
      <LongText
        text={toText(part.content)}
        className="text-sm leading-5.5"
        {...(charactersAtFirst === undefined ? {} : { charactersAtFirst })}
      />
    );
  }
  if (part.type === "tool_call") {
    return (
      <CallBlock title={part.name ?? "tool"} note="calls">
        <Payload value={part.arguments ?? {}} label="Arguments" />
      </CallBlock>
    );
  }
  if (part.type === "tool_call_response") {
    return (
      <CallBlock title={part.id ?? "result"} note="returned">
        <Payload value={part.response ?? part.content} label="Result" />
      </CallBlock>
    );
  }
  if (part.type === "reasoning") return <Reasoning text={toText(part.content)} />;
  return <OtherPart part={part} />;
}

function CallBlock({ title, note, children }: { title: string; note: string; children: React.ReactNode }) {
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
  return (
    <details className="min-w-0 text-muted text-sm">
      <summary className="w-fit cursor-pointer text-xs hover:text-text">Reasoning</summary>
      <LongText text={text} className="mt-1 block border-line border-l-2 pl-2.5 italic" />
    </details>
  );
}

/** Images and files are named, not loaded: a page may not fetch from other hosts. */
function OtherPart({ part }: { part: MessagePart }) {
  const uri = part.uri;
  return (
    <div className="min-w-0 rounded-md border border-line bg-surface px-2.5 py-1.5 text-xs">
      <span className="mr-1.5 text-faint">{String(part.modality ?? part.type)}</span>
      {typeof uri === "string" ? (
        <LongText text={uri} charactersAtFirst={200} className="font-mono" />
      ) : (
        <JsonTree value={part} label={part.type} openDepth={1} />
      )}
    </div>
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
        className="text-muted hover:text-text"
      >
        {plural(tools.length, "tool")} offered: {tools.map((tool) => String(tool.name ?? "tool")).join(", ")}
      </button>
      {open && (
        <div className="mt-1.5 rounded-lg border border-line bg-sunken p-2">
          <JsonTree value={tools} label="Tools" />
        </div>
      )}
    </div>
  );
}
