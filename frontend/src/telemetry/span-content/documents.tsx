/** Retrieved documents in rank order, with their scores. */

import { JsonTree } from "@/components/ui/json-tree";
import { LongText } from "@/components/ui/long-text";
import { formatScore } from "@/lib/format/number";
import { hasContent } from "@/lib/json";
import type { Derived } from "@/telemetry/trace/span-query";
import { Section } from "./section";

const CHARACTERS_AT_FIRST = 500;

export function Documents({ title, documents }: { title: string; documents: Derived["documents"] }) {
  if (documents.length === 0) return null;
  const best = Math.max(...documents.map((document) => document.score ?? 0));
  return (
    <Section title={title} note={documents.length}>
      <ol className="grid min-w-0 gap-2">
        {documents.map((document, index) => (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: rank is the identity
            key={index}
            className="grid min-w-0 gap-1 rounded-lg border border-line bg-sunken px-3 py-2"
          >
            <div className="flex items-center gap-2 text-xs">
              <span className="text-faint tnum">{index + 1}</span>
              <code className="min-w-0 truncate font-mono">{document.id ?? ""}</code>
              {typeof document.score === "number" && (
                <span className="ml-auto flex shrink-0 items-center gap-2" title="Score">
                  <span className="h-1 w-16 overflow-hidden rounded-full bg-line" aria-hidden>
                    <span
                      className="block h-full rounded-full bg-[var(--role-retriever)]"
                      style={{ width: `${best > 0 ? Math.max(0, (document.score / best) * 100) : 0}%` }}
                    />
                  </span>
                  <span className="font-medium tnum">{formatScore(document.score)}</span>
                </span>
              )}
            </div>
            {document.content && (
              <LongText text={document.content} charactersAtFirst={CHARACTERS_AT_FIRST} className="text-sm" />
            )}
            {hasContent(document.metadata) && (
              <JsonTree value={document.metadata} label="Metadata" openDepth={1} />
            )}
          </li>
        ))}
      </ol>
    </Section>
  );
}
