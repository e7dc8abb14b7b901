/** Everything about the selected span: the head from the row at once, the rest when it arrives. */
import { useQuery } from "@tanstack/react-query";
import { ArrowLeft } from "lucide-react";
import type { ReactNode } from "react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { EmptyState, ErrorState, Skeleton } from "@/components/ui/states";
import { Tab, TabList, TabPanel, Tabs } from "@/components/ui/tabs";
import type { Exchange } from "@/features/trace/preview-query";
import { SPAN_TABS, type SpanTab } from "@/features/trace/trace-search";
import { formatDuration } from "@/lib/format/duration";
import { formatCount } from "@/lib/format/number";
import { traceLogsQuery } from "@/telemetry/logs/logs-query";
import { SpanActions } from "@/telemetry/slots/span-actions";
import { OverviewTab } from "@/telemetry/span-content/span-overview";
import type { TraceModel } from "@/telemetry/trace/build-trace";
import { type SpanDetail, spanQuery } from "@/telemetry/trace/span-query";
import { Cost, Tokens } from "@/telemetry/vocabulary/numbers";
import { describeKind, RoleMark } from "@/telemetry/vocabulary/role-mark";
import { isRunKind } from "@/telemetry/vocabulary/runs";
import { StatusBadge } from "@/telemetry/vocabulary/status";
import { AttributesTab } from "./attributes-tab";
import { EventsTab } from "./events-tab";
import { LogsTab } from "./logs-tab";
import { RawTab } from "./raw-tab";
import { ResourceTab } from "./resource-tab";
import { TraceExchange } from "./trace-exchange";

interface SpanPanelProps {
  model: TraceModel;
  /** Place in the model, unless the URL names a span that is not in this trace. */
  index: number | undefined;
  /** What the whole trace was asked and answered, for its root. */
  exchange: Exchange | undefined;
  traceId: string;
  spanId: string;
  tab: SpanTab;
  onTabChange: (tab: SpanTab) => void;
  onSelectSpan: (spanId: string) => void;
  /** Set where the panel covers the page. */
  onClose?: (() => void) | undefined;
}

export function SpanPanel(props: SpanPanelProps) {
  const { model, index, traceId, spanId, tab, onTabChange, onSelectSpan, onClose } = props;
  const detail = useQuery({ ...spanQuery(traceId, spanId), enabled: index !== undefined });
  const logCount = useLogCount(traceId, spanId, model);
  const row = index === undefined ? undefined : model.spans[index];
  if (index === undefined || !row) {
    return (
      <EmptyState
        icon={ArrowLeft}
        title="This span is not in the trace"
        {...(onClose ? { action: <Button onClick={onClose}>Back to the trace</Button> } : {})}
      >
        The link names a span that has not arrived.
      </EmptyState>
    );
  }
  const cost = detail.data?.derived.cost_usd ?? row.cost_usd;
  return (
    <div className="flex h-full min-h-0 min-w-0 flex-col bg-surface">
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
            <SpanActions span={detail.data} />
            <CopyButton text={spanId} what="span id" />
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
        <dl className="mt-2.5 flex flex-wrap gap-x-6 gap-y-1.5">
          <Figure name="Duration">{formatDuration(model.durationNanos[index] ?? 0)}</Figure>
          <Figure name="Starts at">{startText(model.offsetNanos[index] ?? 0)}</Figure>
          {(row.input_tokens !== null || row.output_tokens !== null) && (
            <Figure name="Tokens">
              <Tokens input={row.input_tokens} output={row.output_tokens} />
            </Figure>
          )}
          {(cost !== null || row.role === "llm") && (
            <Figure name="Cost">
              <Cost usd={cost} unpricedCalls={cost === null ? 1 : 0} />
            </Figure>
          )}
          {row.state_event_count > 0 && (
            <Figure name="State changes">{formatCount(row.state_event_count)}</Figure>
          )}
        </dl>
      </div>
      <Tabs
        value={tab}
        onValueChange={(value) => onTabChange(value as SpanTab)}
        className="mt-2 flex min-h-0 flex-1 flex-col"
      >
        <TabList label="Parts of the span" className="shrink-0 px-4">
          {SPAN_TABS.map((id) => (
            <Tab key={id} value={id}>
              {TAB_LABELS[id]}
              <TabCount count={id === "logs" ? logCount : countOf(id, detail.data)} />
            </Tab>
          ))}
        </TabList>
        <div key={`${spanId}-${tab}`} className="@container min-h-0 flex-1 overflow-y-auto">
          {SPAN_TABS.map((id) => (
            <TabPanel key={id} value={id} className="p-4">
              {detail.data ? (
                <TabContent
                  tab={id}
                  detail={detail.data}
                  model={model}
                  exchange={props.exchange}
                  runId={runAround(model, index)}
                  onSelectSpan={onSelectSpan}
                />
              ) : detail.error ? (
                <ErrorState error={detail.error} onRetry={() => detail.refetch()} />
              ) : (
                <PanelSkeleton />
              )}
            </TabPanel>
          ))}
        </div>
      </Tabs>
    </div>
  );
}

/** The nearest run around a span, itself included. */
function runAround(model: TraceModel, index: number): string | undefined {
  for (let at = index; at >= 0; at = model.parent[at] ?? -1) {
    const span = model.spans[at];
    if (span && isRunKind(span.role ?? "")) return span.span_id;
  }
  return undefined;
}

const TAB_LABELS: Record<SpanTab, string> = {
  overview: "Overview",
  attributes: "Attributes",
  events: "Events",
  logs: "Logs",
  resource: "Resource",
  raw: "Raw",
};

function countOf(tab: SpanTab, detail: SpanDetail | undefined): number {
  if (!detail) return 0;
  if (tab === "attributes") return Object.keys(detail.attributes).length;
  return tab === "events" ? detail.events.length + detail.links.length : 0;
}

/** Read once per trace; a trace with more records than one answer holds shows what is known. */
function useLogCount(traceId: string, spanId: string, model: TraceModel): number {
  const logs = useQuery(traceLogsQuery(traceId, model.spans.length));
  return logs.data?.records.filter((record) => record.span_id === spanId).length ?? 0;
}

function TabCount({ count }: { count: number }) {
  if (count === 0) return null;
  return <span className="rounded-sm bg-hover px-1 text-2xs text-faint tnum">{formatCount(count)}</span>;
}

interface TabContentProps {
  tab: SpanTab;
  detail: SpanDetail;
  model: TraceModel;
  exchange: Exchange | undefined;
  /** The run that the span belongs to, if any. */
  runId: string | undefined;
  onSelectSpan: (spanId: string) => void;
}

function TabContent({ tab, detail, model, exchange, runId, onSelectSpan }: TabContentProps) {
  if (tab === "overview")
    return (
      <OverviewTab
        span={detail}
        runId={runId}
        lead={exchange && <TraceExchange exchange={exchange} onSelectSpan={onSelectSpan} />}
      />
    );
  if (tab === "attributes") return <AttributesTab span={detail} />;
  if (tab === "events")
    return <EventsTab span={detail} traceStart={model.startUnixNano} onSelectSpan={onSelectSpan} />;
  if (tab === "logs")
    return (
      <LogsTab traceId={detail.trace_id} spanId={detail.span_id} model={model} onSelectSpan={onSelectSpan} />
    );
  if (tab === "resource") return <ResourceTab span={detail} />;
  return <RawTab span={detail} />;
}

function Figure({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="grid">
      <dt className="text-2xs text-faint">{name}</dt>
      <dd className="font-medium tnum">{children}</dd>
    </div>
  );
}

function Separator() {
  return <span aria-hidden>·</span>;
}

function PanelSkeleton() {
  return (
    <div role="status" aria-label="Loading span" className="grid gap-3">
      <Skeleton className="h-3 w-24" />
      <Skeleton className="h-20 w-full" />
      <Skeleton className="h-3 w-32" />
      <Skeleton className="h-28 w-full" />
    </div>
  );
}

function startText(offsetNanos: number): string {
  return offsetNanos === 0 ? "0" : `+${formatDuration(offsetNanos)}`;
}
