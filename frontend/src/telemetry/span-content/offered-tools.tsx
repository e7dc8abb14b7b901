/** The tools that a model could ask for: each with what the model read about it, and the schema of its arguments. */
import { Wrench } from "lucide-react";
import { CopyButton } from "@/components/ui/copy-button";
import { JsonTree } from "@/components/ui/json-tree";
import { LongText } from "@/components/ui/long-text";
import { plural } from "@/lib/format/number";
import { hasContent, toText } from "@/lib/json";
import type { Derived } from "@/telemetry/trace/span-query";
import { Section } from "./section";

/** Tools shown unfolded when there are few. */
const OPEN_MAX = 1;

export function OfferedTools({ tools }: { tools: Derived["tools"] }) {
  return (
    <Section title="Tools offered" note={plural(tools.length, "tool")}>
      <ul className="grid min-w-0 gap-1">
        {tools.map((tool, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two tools may have one name, and none reorders
          <li key={index} className="min-w-0">
            <OfferedTool tool={tool} open={tools.length <= OPEN_MAX} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

function OfferedTool({ tool, open }: { tool: Derived["tools"][number]; open: boolean }) {
  return (
    <details open={open} className="group/tool min-w-0 rounded-lg border border-line bg-sunken">
      <summary className="flex min-h-7 cursor-pointer items-center gap-1.5 rounded-lg px-2.5 text-xs hover:bg-hover">
        <Wrench size={12} className="shrink-0 text-[var(--role-tool)]" aria-hidden />
        <code className="shrink-0 font-mono [overflow-wrap:anywhere]">{tool.name ?? "(no name)"}</code>
        <span className="min-w-0 truncate text-faint group-open/tool:hidden">{tool.description}</span>
      </summary>
      <div className="grid min-w-0 gap-2 border-line border-t px-2.5 py-2 text-xs">
        {tool.description && <LongText text={tool.description} className="text-muted" />}
        {hasContent(tool.parameters) ? (
          <div className="flex min-w-0 items-start gap-1">
            <div className="min-w-0 flex-1">
              <JsonTree
                value={tool.parameters}
                label={`Schema of ${tool.name ?? "the tool"}`}
                openDepth={4}
              />
            </div>
            <CopyButton text={() => toText(tool.parameters)} what="schema" />
          </div>
        ) : (
          <span className="text-faint">No schema of its arguments was recorded.</span>
        )}
      </div>
    </details>
  );
}
