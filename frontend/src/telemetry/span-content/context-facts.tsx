/** Whose span it is: conversation, user, agent, prompt, tags. Conversation and user lead to all their traces. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Badge } from "@/components/ui/badge";
import { JsonTree } from "@/components/ui/json-tree";
import { hasContent } from "@/lib/json";
import type { Derived } from "@/telemetry/trace/span-query";
import { Section } from "./section";

/** Tall enough to be hit with a finger. */
const linkClass = "inline-flex min-h-6 items-center text-accent-text hover:underline";

export function ContextFacts({ derived }: { derived: Derived }) {
  const { session_id: conversation, user_id: user, agent, prompt, tags, metadata } = derived;
  const promptName = [prompt?.name ?? prompt?.id, prompt?.version].filter(Boolean).join(", version ");
  const facts: [string, ReactNode][] = [
    [
      "Conversation",
      conversation && (
        <Link to="/traces" search={{ session_id: conversation, range: "all" }} className={linkClass}>
          {conversation}
        </Link>
      ),
    ],
    [
      "User",
      user && (
        <Link to="/traces" search={{ user_id: user, range: "all" }} className={linkClass}>
          {user}
        </Link>
      ),
    ],
    ["Agent", agent?.name ?? agent?.id],
    ["Prompt", promptName],
    [
      "Tags",
      tags.length > 0 &&
        tags.map((tag) => (
          <Badge
            key={tag}
            className="h-auto min-h-5 max-w-full shrink whitespace-normal [overflow-wrap:anywhere]"
          >
            {tag}
          </Badge>
        )),
    ],
  ];
  const shown = facts.filter(([, value]) => Boolean(value));
  if (shown.length === 0 && !hasContent(metadata)) return null;
  return (
    <Section title="Context">
      {shown.length > 0 && (
        <dl className="grid min-w-0 grid-cols-[auto_minmax(0,1fr)] items-center gap-x-4 gap-y-1 text-xs">
          {shown.map(([name, value]) => (
            <div key={name} className="contents">
              <dt className="text-faint">{name}</dt>
              <dd className="flex min-h-6 min-w-0 items-center flex-wrap gap-1 [overflow-wrap:anywhere]">
                {value}
              </dd>
            </div>
          ))}
        </dl>
      )}
      {hasContent(metadata) && <JsonTree value={metadata} label="Metadata" openDepth={1} />}
    </Section>
  );
}
