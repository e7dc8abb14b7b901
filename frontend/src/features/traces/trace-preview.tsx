/** A trace beside the list: what it was about, its figures and its spans, without leaving the list. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { Button, buttonClass } from "@/components/ui/button";
import { Fact, FactList } from "@/components/ui/detail-header";
import { ErrorState, SkeletonRows } from "@/components/ui/states";
import { TimeAgo } from "@/components/ui/time-ago";
import { nanosToNumber } from "@/lib/format/duration";
import { plural } from "@/lib/format/number";
import { type PreviewSpan, previewQuery } from "@/telemetry/traces/preview-query";
import type { TraceSummary } from "@/telemetry/traces/traces-query";
import { shortModel } from "@/telemetry/vocabulary/models";
import { Names } from "@/telemetry/vocabulary/names";
import { Cost, Duration, Tokens } from "@/telemetry/vocabulary/numbers";
import { RoleMark } from "@/telemetry/vocabulary/role-mark";
import { ErrorMark } from "@/telemetry/vocabulary/status";

interface TracePreviewProps {
  trace: TraceSummary;
  onClose: () => void;
}

export function TracePreview({ trace, onClose }: TracePreviewProps) {
  return (
    <aside
      aria-label="Preview"
      className="absolute inset-0 z-20 flex min-h-0 flex-col border-line border-l bg-surface md:static md:w-[36%] md:min-w-80"
    >
      <header className="shrink-0 border-line border-b px-4 py-2.5">
        <div className="flex min-w-0 items-center gap-2">
          <RoleMark spanRole={trace.root_role} kind="trace" size="md" />
          <h2 className="min-w-0 truncate font-semibold">{trace.root_name || "(no name)"}</h2>
          {trace.error_count > 0 && <ErrorMark count={trace.error_count} />}
          <Link
            to="/traces/$traceId"
            params={{ traceId: trace.trace_id }}
            className={buttonClass("secondary", "sm")}
          >
            Open
          </Link>
          <Button
            weight="ghost"
            size="icon"
            aria-label="Close the preview"
            className="ml-auto"
            onClick={onClose}
          >
            <X size={15} />
          </Button>
        </div>
        <Facts trace={trace} />
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <div tabIndex={0} className="min-h-0 flex-1 overflow-y-auto focus-visible:-outline-offset-2">
        <Said name="First question">{trace.first_input}</Said>
        <Said name="Last answer">{trace.last_output}</Said>
        <Spans traceId={trace.trace_id} total={trace.span_count} />
      </div>
    </aside>
  );
}

function Facts({ trace }: { trace: TraceSummary }) {
  return (
    <FactList>
      <Fact name="Duration">
        <Duration nanos={nanosToNumber(trace.duration_ns)} />
      </Fact>
      <Fact name="Started">
        <TimeAgo iso={trace.start_time} />
      </Fact>
      <Fact name="Tokens">
        <Tokens input={trace.input_tokens} output={trace.output_tokens} />
      </Fact>
      <Fact name="Cost">
        <Cost usd={trace.cost_usd} unpricedCalls={trace.unpriced_calls} calls={trace.llm_call_count} />
      </Fact>
      {trace.models.length > 0 && (
        <Fact name="Model">
          <Names names={trace.models} short={shortModel} />
        </Fact>
      )}
      {trace.user_id !== null && <Fact name="User">{trace.user_id}</Fact>}
    </FactList>
  );
}

function Said({ name, children }: { name: string; children: string | null }) {
  if (children === null) return null;
  return (
    <section className="border-line border-b px-4 py-2.5">
      <h3 className="mb-1 font-medium text-faint text-xs">{name}</h3>
      <p className="whitespace-pre-wrap text-sm [overflow-wrap:anywhere]">{children}</p>
    </section>
  );
}

function Spans({ traceId, total }: { traceId: string; total: number }): ReactNode {
  const preview = useQuery(previewQuery(traceId));
  if (preview.data) {
    const more = total - preview.data.length;
    return (
      <section className="px-4 py-2.5">
        <h3 className="mb-1 font-medium text-faint text-xs">Spans</h3>
        <ul aria-label="Spans of the trace" className="grid">
          {preview.data.map((span) => (
            <SpanLine key={span.spanId} traceId={traceId} span={span} />
          ))}
        </ul>
        {more > 0 && <p className="mt-1 text-faint text-xs">and {plural(more, "more span")}</p>}
      </section>
    );
  }
  if (preview.error) return <ErrorState error={preview.error} onRetry={() => void preview.refetch()} />;
  return <SkeletonRows label="Loading the preview" />;
}

/** Deeper spans stand no further to the right. */
const INDENTS_MAX = 6;

function SpanLine({ traceId, span }: { traceId: string; span: PreviewSpan }) {
  return (
    <li
      className="flex h-7 min-w-0 items-center gap-2 text-sm"
      style={{ paddingLeft: Math.min(span.depth, INDENTS_MAX) * 12 }}
    >
      <RoleMark spanRole={span.role} kind={span.kind} />
      <Link
        to="/traces/$traceId"
        params={{ traceId }}
        search={{ span: span.spanId }}
        className="min-w-0 truncate hover:underline"
      >
        {span.name || "(no name)"}
      </Link>
      {span.failed && <ErrorMark />}
      <Duration nanos={span.nanos} className="ml-auto shrink-0 text-faint text-xs tnum" />
    </li>
  );
}
