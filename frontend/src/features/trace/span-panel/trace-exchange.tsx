/** What the whole trace was asked and what it answered, for a root that says neither itself. */
import { ArrowUpRight, Bot, CircleUser } from "lucide-react";
import type { ReactNode } from "react";
import type { Exchange } from "@/features/trace/preview-query";
import { Section } from "@/telemetry/span-content/section";

interface TraceExchangeProps {
  exchange: Exchange;
  onSelectSpan: (spanId: string) => void;
}

export function TraceExchange({ exchange, onSelectSpan }: TraceExchangeProps) {
  const { asked, answered } = exchange;
  if (!asked && !answered) return null;
  return (
    <Section title="What happened">
      <div className="grid gap-2">
        {asked && (
          <Said
            who="Asked"
            icon={<CircleUser size={13} aria-hidden />}
            color="var(--role-node)"
            text={asked.text}
            onOpen={() => onSelectSpan(asked.spanId)}
          />
        )}
        {answered && (
          <Said
            who="Answered"
            icon={<Bot size={13} aria-hidden />}
            color="var(--role-llm)"
            text={answered.text}
            onOpen={() => onSelectSpan(answered.spanId)}
          />
        )}
      </div>
    </Section>
  );
}

interface SaidProps {
  who: string;
  icon: ReactNode;
  color: string;
  text: string;
  onOpen: () => void;
}

function Said({ who, icon, color, text, onOpen }: SaidProps) {
  return (
    <button
      type="button"
      onClick={onOpen}
      title="Open the model call"
      className="group grid min-w-0 gap-1 rounded-lg border border-line bg-sunken px-3 py-2 text-left hover:border-line-strong"
    >
      <span className="flex items-center gap-1.5 font-medium text-xs" style={{ color }}>
        {icon} {who}
        <ArrowUpRight size={13} aria-hidden className="ml-auto text-faint group-hover:text-text" />
      </span>
      <span className="min-w-0 text-sm [overflow-wrap:anywhere]">{text}</span>
    </button>
  );
}
