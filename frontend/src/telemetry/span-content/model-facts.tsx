/** The model call in figures: who answered, what it used, how it was asked. */
import type { ReactNode } from "react";
import { Badge } from "@/components/ui/badge";
import { formatDuration } from "@/lib/format/duration";
import { formatCount } from "@/lib/format/number";
import { jsonEntries, toText } from "@/lib/json";
import type { Derived } from "@/telemetry/trace/span-query";
import { shortModel } from "@/telemetry/vocabulary/models";
import { Section } from "./section";

const CALLS_MODEL = new Set(["llm", "embedding", "reranker"]);
/** Finish reasons that mean the answer is not whole. */
const CUT_SHORT = new Set(["length", "max_tokens", "content_filter"]);

export function ModelFacts({ derived }: { derived: Derived }) {
  if (derived.role === null || !CALLS_MODEL.has(derived.role)) return null;
  const { time_to_first_chunk_nanos: firstChunk } = derived;
  const parameters = jsonEntries(derived.parameters);
  return (
    <Section title="Model call">
      <dl className="grid @md:grid-cols-4 grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line">
        <Cell name="Model" note={askedFor(derived)}>
          {derived.model === null ? "unknown" : shortModel(derived.model)}
        </Cell>
        <Cell
          name="Provider"
          note={firstChunk === null ? undefined : `first token ${formatDuration(firstChunk)}`}
        >
          {derived.provider ?? "unknown"}
        </Cell>
        <Cell name="Input tokens" note={sub(derived.cached_input_tokens, "from cache")}>
          {count(derived.input_tokens)}
        </Cell>
        <Cell name="Output tokens" note={sub(derived.reasoning_tokens, "reasoning")}>
          {count(derived.output_tokens)}
        </Cell>
      </dl>
      {(parameters.length > 0 || derived.finish_reasons.length > 0) && (
        <p className="flex flex-wrap gap-1">
          {parameters.map(([name, value]) => (
            <Badge key={name} className="max-w-full">
              <span className="text-faint">{name}</span> <span className="truncate">{compact(value)}</span>
            </Badge>
          ))}
          {derived.finish_reasons.map((reason) => (
            <Badge key={reason} tone={CUT_SHORT.has(reason) ? "warn" : "neutral"}>
              <span className="text-faint">finished</span> {reason}
            </Badge>
          ))}
        </p>
      )}
    </Section>
  );
}

function askedFor({ model, request_model: asked }: Derived): string | undefined {
  if (asked === null || (model !== null && shortModel(asked) === shortModel(model))) return undefined;
  return `asked for ${asked}`;
}

function compact(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : toText(value);
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
      {note && (
        <dd className="truncate text-2xs text-faint tnum" title={note}>
          {note}
        </dd>
      )}
    </div>
  );
}
