/** The model call in figures: who answered, what it used, how it was asked. */
import type { ReactNode } from "react";
import { Badge } from "@/components/ui/badge";
import { cn } from "@/lib/cn";
import { formatDuration } from "@/lib/format/duration";
import { formatCount } from "@/lib/format/number";
import { jsonEntries, toText } from "@/lib/json";
import type { Derived } from "@/telemetry/trace/span-query";
import { shortModel } from "@/telemetry/vocabulary/models";
import { isCutShort } from "./answer-end";
import { Section } from "./section";

const CALLS_MODEL = new Set(["llm", "embedding", "reranker"]);

export function ModelFacts({ derived }: { derived: Derived }) {
  if (derived.role === null || !CALLS_MODEL.has(derived.role)) return null;
  const { model, provider, time_to_first_chunk_nanos: firstChunk } = derived;
  const parameters = jsonEntries(derived.parameters);
  const cells = [
    model !== null && (
      <Cell key="model" name="Model" note={modelNotes(derived)} wide>
        {shortModel(model)}
      </Cell>
    ),
    model === null && provider !== null && (
      <Cell key="provider" name="Provider" wide>
        {provider}
      </Cell>
    ),
    derived.input_tokens !== null && (
      <Cell key="input" name="Input tokens" note={inputNotes(derived)}>
        {formatCount(derived.input_tokens)}
      </Cell>
    ),
    derived.output_tokens !== null && (
      <Cell key="output" name="Output tokens" note={outputNotes(derived)}>
        {formatCount(derived.output_tokens)}
      </Cell>
    ),
    firstChunk !== null && (
      <Cell key="first" name="First token">
        {formatDuration(firstChunk)}
      </Cell>
    ),
  ].filter(Boolean);
  if (cells.length === 0 && parameters.length === 0 && derived.finish_reasons.length === 0) return null;
  return (
    <Section title="Model call">
      {cells.length > 0 && (
        <dl className="grid grid-flow-dense @md:grid-cols-4 grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line">
          {cells}
          <Filler cells={cells.length + (model === null && provider === null ? 0 : 1)} />
        </dl>
      )}
      {(parameters.length > 0 || derived.finish_reasons.length > 0) && (
        <p className="flex flex-wrap gap-1">
          {parameters.map(([name, value]) => (
            <Badge key={name} className="max-w-full">
              <span className="text-faint">{name}</span> <span className="truncate">{compact(value)}</span>
            </Badge>
          ))}
          {[...new Set(derived.finish_reasons)].map((reason) => (
            <Badge key={reason} tone={isCutShort(reason) ? "warn" : "neutral"}>
              <span className="text-faint">finish reason:</span> {reason}
            </Badge>
          ))}
        </p>
      )}
    </Section>
  );
}

function modelNotes(derived: Derived): string | undefined {
  const notes = [derived.provider, askedFor(derived)].filter((note) => note != null);
  return notes.length === 0 ? undefined : notes.join(", ");
}

function askedFor({ model, request_model: asked }: Derived): string | undefined {
  if (asked === null || (model !== null && shortModel(asked) === shortModel(model))) return undefined;
  return `asked for ${asked}`;
}

function compact(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : toText(value);
}

function inputNotes(derived: Derived): string | undefined {
  return notes([
    [derived.cached_input_tokens, "from cache"],
    [derived.cache_write_tokens, "written to cache"],
    [derived.audio_input_tokens, "audio"],
  ]);
}

function outputNotes(derived: Derived): string | undefined {
  return notes([
    [derived.reasoning_tokens, "reasoning"],
    [derived.audio_output_tokens, "audio"],
  ]);
}

function notes(parts: [number | null, string][]): string | undefined {
  const said = parts.flatMap(([tokens, what]) => (tokens ? `${formatCount(tokens)} ${what}` : []));
  return said.length === 0 ? undefined : said.join(", ");
}

interface CellProps {
  name: string;
  note?: string | undefined;
  /** Takes two columns. */
  wide?: boolean;
  children: ReactNode;
}

function Cell({ name, note, wide = false, children }: CellProps) {
  return (
    <div className={cn("min-w-0 bg-surface px-2.5 py-1.5", wide && "col-span-2")}>
      <dt className="text-2xs text-faint">{name}</dt>
      <dd className="font-medium tnum [overflow-wrap:anywhere]">{children}</dd>
      {note && <dd className="text-2xs text-faint tnum [overflow-wrap:anywhere]">{note}</dd>}
    </div>
  );
}

/** Fills the last row, whose empty places would show the colour of the lines. */
function Filler({ cells }: { cells: number }) {
  const [narrow, wide] = [cells % 2, cells % 4];
  if (narrow === 0 && wide === 0) return null;
  return (
    <div
      aria-hidden
      className={cn("bg-surface", narrow === 0 && "@max-md:hidden", WIDE_SPANS[(4 - wide) % 4])}
    />
  );
}

/** By the empty places of a row of four. */
const WIDE_SPANS = ["@md:hidden", "@md:col-span-1", "@md:col-span-2", "@md:col-span-3"];
