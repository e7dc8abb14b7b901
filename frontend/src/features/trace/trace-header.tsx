/** The head of a trace page: what ran, how it went, and the sums. */
import { useLocation } from "@tanstack/react-router";
import { CopyButton } from "@/components/ui/copy-button";
import { BackLink, Fact, FactList } from "@/components/ui/detail-header";
import { LiveMark } from "@/components/ui/live-mark";
import { TimeAgo } from "@/components/ui/time-ago";
import { formatDuration } from "@/lib/format/duration";
import { formatCount } from "@/lib/format/number";
import { nanosToIso } from "@/lib/format/time";
import { useTraceActions } from "@/telemetry/slots/trace-actions";
import type { TraceData } from "@/telemetry/trace/trace-query";
import { shortModel } from "@/telemetry/vocabulary/models";
import { Cost, Tokens } from "@/telemetry/vocabulary/numbers";
import { RoleMark } from "@/telemetry/vocabulary/role-mark";
import { ErrorMark } from "@/telemetry/vocabulary/status";
import { TimeSplitFact } from "./time-split-fact";
import { TraceChips } from "./trace-chips";
import { TraceMenu } from "./trace-menu";
import { TraceNeighbours } from "./trace-neighbours";
import type { TraceView } from "./use-trace-view";

interface TraceHeaderProps {
  data: TraceData;
  view: TraceView;
  live: boolean;
}

export function TraceHeader({ data, view, live }: TraceHeaderProps) {
  const model = view.whole;
  const root = model.spans[0];
  const { summary } = data;
  const { buttons } = useTraceActions();
  const trace = { traceId: data.traceId, name: root?.name ?? "", spanCount: model.spans.length };
  const listSearch = useLocation({ select: (location) => location.state.tracesSearch });
  return (
    <header className="shrink-0 border-line border-b px-4 pt-2.5 pb-2">
      <title>{`${root?.name || "Trace"} · Junjo`}</title>
      <div className="flex min-w-0 items-center gap-2">
        <BackLink to="/traces" search={listSearch ?? {}} label="Back to traces" />
        <RoleMark spanRole={root?.role ?? null} kind={root?.kind ?? "internal"} size="md" />
        <h1 className="min-w-0 truncate font-semibold text-lg tracking-tight">{root?.name || "(no name)"}</h1>
        {summary.error_count > 0 && <ErrorMark count={summary.error_count} />}
        <div className="ml-auto flex shrink-0 items-center gap-2">
          {live && <LiveMark state="live" />}
          <TraceNeighbours traceId={data.traceId} />
          {buttons.map(({ id, Button }) => (
            <Button key={id} trace={trace} />
          ))}
          <code className="hidden font-mono text-faint text-xs lg:inline">{data.traceId}</code>
          <CopyButton text={data.traceId} what="trace id" />
          <TraceMenu trace={trace} />
        </div>
      </div>
      <FactList>
        <Fact name="Duration">{formatDuration(model.totalNanos)}</Fact>
        <TimeSplitFact model={model} complete={data.complete} />
        <Fact name="Started">
          <TimeAgo iso={nanosToIso(String(model.startUnixNano))} />
        </Fact>
        <Fact name="Spans">
          {formatCount(model.spans.length)}
          {!data.complete && "…"}
        </Fact>
        {summary.llm_call_count > 0 && <Fact name="Model calls">{formatCount(summary.llm_call_count)}</Fact>}
        {summary.input_tokens !== null && (
          <Fact name="Tokens">
            <Tokens input={summary.input_tokens} output={summary.output_tokens} />
          </Fact>
        )}
        {(summary.cost_usd !== null || summary.unpriced_calls > 0) && (
          <Fact name="Cost">
            <Cost usd={summary.cost_usd} unpricedCalls={summary.unpriced_calls} />
          </Fact>
        )}
        {summary.models.length > 0 && (
          <Fact name={summary.models.length > 1 ? "Models" : "Model"}>
            {listed([...new Set(summary.models.map(shortModel))])}
          </Fact>
        )}
        <Fact name={summary.services.length > 1 ? "Services" : "Service"}>{listed(summary.services)}</Fact>
      </FactList>
      <TraceChips data={data} rootId={root?.span_id} />
      {data.rootMissing && data.complete && (
        <p className="mt-1.5 pl-6.5 text-warn text-xs">
          The root span has not arrived: the trace is still running, or its sender lost it.
        </p>
      )}
    </header>
  );
}

const LISTED_MAX = 3;

function listed(names: string[]): string {
  const more = names.length - LISTED_MAX;
  return more > 0 ? `${names.slice(0, LISTED_MAX).join(", ")} and ${more} more` : names.join(", ");
}
