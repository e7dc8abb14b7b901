/** The head of the span panel, drawn from the row at once: what it is, how it went, and what can be done with it. */
import { ArrowLeft, ClockAlert } from "lucide-react";
import { type ReactNode, useMemo } from "react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { selfNanos } from "@/features/trace/model/self-time";
import { formatDuration } from "@/lib/format/duration";
import { formatCount } from "@/lib/format/number";
import { SpanCost } from "@/telemetry/cost/span-cost";
import { SpanActions } from "@/telemetry/slots/span-actions";
import type { TraceModel } from "@/telemetry/trace/build-trace";
import type { Derived, SpanDetail } from "@/telemetry/trace/span-query";
import type { TraceSpan } from "@/telemetry/trace/trace-query";
import { Cost, Tokens } from "@/telemetry/vocabulary/numbers";
import { describeKind, RoleMark } from "@/telemetry/vocabulary/role-mark";
import { StatusBadge } from "@/telemetry/vocabulary/status";
import { clockNotes } from "./clock-notes";

interface SpanHeadProps {
  model: TraceModel;
  index: number;
  /** Once it has arrived. */
  detail: SpanDetail | undefined;
  onClose: (() => void) | undefined;
}

export function SpanHead({ model, index, detail, onClose }: SpanHeadProps) {
  const row = model.spans[index] as TraceSpan;
  return (
    <div className="shrink-0 px-4 pt-3">
      <div className="flex min-w-0 items-center gap-2">
        {onClose && (
          <Button
            weight="ghost"
            size="icon"
            className="-ml-1.5"
            aria-label="Back to the trace"
            onClick={onClose}
          >
            <ArrowLeft size={16} />
          </Button>
        )}
        <RoleMark spanRole={row.role} kind={row.kind} size="md" />
        <h2 className="min-w-0 truncate font-semibold text-base" title={row.name}>
          {row.name || "(no name)"}
        </h2>
        <StatusBadge status={row.status} />
        <span className="ml-auto flex shrink-0 items-center gap-1">
          <SpanActions span={detail} />
          <CopyButton text={row.span_id} what="span id" />
        </span>
      </div>
      <p className="mt-1 flex min-w-0 flex-wrap items-center gap-x-1.5 gap-y-1 text-faint text-xs">
        <span>{describeKind(row.role, row.kind)}</span>
        <Separator />
        <span>{row.service}</span>
        {row.model && (
          <>
            <Separator />
            <Badge>{row.model}</Badge>
          </>
        )}
      </p>
      <SpanFigures model={model} index={index} derived={detail?.derived} />
      {detail && <ClockNotes model={model} index={index} detail={detail} />}
    </div>
  );
}

interface ClockNotesProps {
  model: TraceModel;
  index: number;
  detail: SpanDetail;
}

function ClockNotes({ model, index, detail }: ClockNotesProps) {
  const up = model.parent[index] ?? -1;
  const parentOffset = up < 0 ? undefined : model.offsetNanos[up];
  const notes = clockNotes(detail, model.offsetNanos[index] ?? 0, parentOffset);
  if (notes.length === 0) return null;
  return (
    <ul className="mt-2 grid gap-1 text-warn text-xs">
      {notes.map((note) => (
        <li key={note} className="flex items-start gap-1.5">
          <ClockAlert size={13} className="mt-0.5 shrink-0" aria-hidden /> {note}
        </li>
      ))}
    </ul>
  );
}

interface SpanFiguresProps {
  model: TraceModel;
  index: number;
  /** What the whole span says, once it has arrived; the row's until then. */
  derived: Derived | undefined;
}

function SpanFigures({ model, index, derived }: SpanFiguresProps) {
  const row = model.spans[index] as TraceSpan;
  const self = useMemo(() => selfNanos(model), [model])[index] ?? 0;
  return (
    <dl className="mt-2.5 flex flex-wrap gap-x-6 gap-y-1.5">
      <Figure name="Duration">{formatDuration(model.durationNanos[index] ?? 0)}</Figure>
      {self < (model.durationNanos[index] ?? 0) && (
        <Figure name="Self" title="Its duration without the time in which a child ran">
          {formatDuration(self)}
        </Figure>
      )}
      <Figure name="Starts at">{startText(model.offsetNanos[index] ?? 0)}</Figure>
      {(row.input_tokens !== null || row.output_tokens !== null) && (
        <Figure name="Tokens">
          <Tokens input={row.input_tokens} output={row.output_tokens} />
        </Figure>
      )}
      {(row.cost_usd !== null || row.role === "llm") && (
        <Figure name="Cost">
          {derived ? (
            <SpanCost derived={derived} />
          ) : (
            <Cost usd={row.cost_usd} unpricedCalls={row.cost_usd === null ? 1 : 0} />
          )}
        </Figure>
      )}
      {row.state_event_count > 0 && (
        <Figure name="State changes">{formatCount(row.state_event_count)}</Figure>
      )}
    </dl>
  );
}

interface FigureProps {
  name: string;
  title?: string;
  children: ReactNode;
}

function Figure({ name, title, children }: FigureProps) {
  return (
    <div className="grid" title={title}>
      <dt className="text-2xs text-faint">{name}</dt>
      <dd className="font-medium tnum">{children}</dd>
    </div>
  );
}

function Separator() {
  return <span aria-hidden>·</span>;
}

function startText(offsetNanos: number): string {
  return offsetNanos === 0 ? "0" : `+${formatDuration(offsetNanos)}`;
}
