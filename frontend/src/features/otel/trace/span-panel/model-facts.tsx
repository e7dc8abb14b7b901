/** The model call in figures: who answered, what it used, how it was asked. */
import type { ReactNode } from "react";
import { Badge } from "@/components/ui/badge";
import type { Derived } from "@/features/otel/trace/span-query";
import { formatCount } from "@/lib/format/number";
import { hasContent, jsonEntries, toText } from "@/lib/json";
import { Section } from "./section";

const CALLS_MODEL = new Set(["llm", "embedding", "reranker"]);

export function ModelFacts({ derived }: { derived: Derived }) {
  if (derived.role === null || !CALLS_MODEL.has(derived.role)) return null;
  const parameters = jsonEntries(derived.parameters);
  const finish = derived.finish_reasons;
  return (
    <Section title="Model call">
      <dl className="grid grid-cols-2 gap-px @md:grid-cols-4 overflow-hidden rounded-lg border border-line bg-line">
        <Cell name="Model">{derived.model ?? "unknown"}</Cell>
        <Cell name="Provider">{derived.provider ?? "unknown"}</Cell>
        <Cell name="Input tokens" note={sub(derived.cached_input_tokens, "from cache")}>
          {count(derived.input_tokens)}
        </Cell>
        <Cell name="Output tokens" note={sub(derived.reasoning_tokens, "reasoning")}>
          {count(derived.output_tokens)}
        </Cell>
      </dl>
      {(parameters.length > 0 || hasContent(finish)) && (
        <p className="flex flex-wrap gap-1">
          {parameters.map(([name, value]) => (
            <Badge key={name}>
              <span className="text-faint">{name}</span> {toText(value)}
            </Badge>
          ))}
          {Array.isArray(finish) &&
            finish.map((reason) => (
              <Badge
                key={String(reason)}
                tone={reason === "length" || reason === "content_filter" ? "warn" : "neutral"}
              >
                <span className="text-faint">finished</span> {String(reason)}
              </Badge>
            ))}
        </p>
      )}
    </Section>
  );
}

function count(tokens: number | null): string {
  return tokens === null ? "unknown" : formatCount(tokens);
}

function sub(tokens: number | null, what: string): string | undefined {
  return tokens ? `${formatCount(tokens)} ${what}` : undefined;
}

function Cell({ name, note, children }: { name: string; note?: string | undefined; children: ReactNode }) {
  return (
    <div className="min-w-0 bg-surface px-2.5 py-1.5">
      <dt className="text-2xs text-faint">{name}</dt>
      <dd className="truncate font-medium tnum" title={typeof children === "string" ? children : undefined}>
        {children}
      </dd>
      {note && <dd className="text-2xs text-faint tnum">{note}</dd>}
    </div>
  );
}
