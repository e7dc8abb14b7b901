/** What stands below one tab of the span panel, and how much of it there is. */
import { useQuery } from "@tanstack/react-query";
import type { Exchange } from "@/features/trace/preview-query";
import type { SpanTab } from "@/features/trace/trace-search";
import { traceLogsQuery } from "@/telemetry/logs/logs-query";
import { OverviewTab } from "@/telemetry/span-content/span-overview";
import type { TraceModel } from "@/telemetry/trace/build-trace";
import type { SpanDetail } from "@/telemetry/trace/span-query";
import { AttributesTab } from "./attributes-tab";
import { EventsTab } from "./events-tab";
import { LogsTab } from "./logs-tab";
import { RawTab } from "./raw-tab";
import { ResourceTab } from "./resource-tab";
import { TraceExchange } from "./trace-exchange";

interface TabContentProps {
  tab: SpanTab;
  detail: SpanDetail;
  model: TraceModel;
  exchange: Exchange | undefined;
  /** The run that the span belongs to, if any. */
  runId: string | undefined;
  onSelectSpan: (spanId: string) => void;
}

export function TabContent({ tab, detail, model, exchange, runId, onSelectSpan }: TabContentProps) {
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

export function countOf(tab: SpanTab, detail: SpanDetail | undefined): number {
  if (!detail) return 0;
  if (tab === "attributes") return Object.keys(detail.attributes).length;
  return tab === "events" ? detail.events.length + detail.links.length : 0;
}

/** Read once per trace; a trace with more records than one answer holds shows what is known. */
export function useLogCount(traceId: string, spanId: string, model: TraceModel): number {
  const logs = useQuery(traceLogsQuery(traceId, model.spans.length));
  return logs.data?.records.filter((record) => record.span_id === spanId).length ?? 0;
}
