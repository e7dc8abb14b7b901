/** Everything about the selected span: the head from the row at once, the rest when it arrives. */
import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { ArrowLeft } from "lucide-react";
import { Button } from "@/components/ui/button";
import { EmptyState, ErrorState, Skeleton } from "@/components/ui/states";
import { Tab, TabList, TabPanel, Tabs } from "@/components/ui/tabs";
import type { Exchange } from "@/features/trace/preview-query";
import { SPAN_TABS, type SpanTab } from "@/features/trace/trace-search";
import { formatCount } from "@/lib/format/number";
import type { TraceModel } from "@/telemetry/trace/build-trace";
import { type SpanDetail, spanQuery } from "@/telemetry/trace/span-query";
import { isRunKind } from "@/telemetry/vocabulary/runs";
import { SpanHead } from "./span-head";
import { countOf, TabContent, useLogCount } from "./tab-content";

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
  const { model, index, traceId, spanId, onClose } = props;
  const detail = useQuery({ ...spanQuery(traceId, spanId), enabled: index !== undefined });
  if (index === undefined || !model.spans[index]) return <NotInTrace onClose={onClose} />;
  return (
    <div className="flex h-full min-h-0 min-w-0 flex-col bg-surface">
      <SpanHead model={model} index={index} detail={detail.data} onClose={onClose} />
      <SpanTabs {...props} index={index} detail={detail} />
    </div>
  );
}

function NotInTrace({ onClose }: Pick<SpanPanelProps, "onClose">) {
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

interface SpanTabsProps extends SpanPanelProps {
  index: number;
  detail: UseQueryResult<SpanDetail>;
}

function SpanTabs({ model, index, detail, exchange, traceId, spanId, tab, ...on }: SpanTabsProps) {
  const { onTabChange, onSelectSpan } = on;
  const logCount = useLogCount(traceId, spanId, model);
  return (
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
                exchange={exchange}
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

function TabCount({ count }: { count: number }) {
  if (count === 0) return null;
  return <span className="rounded-sm bg-hover px-1 text-2xs text-faint tnum">{formatCount(count)}</span>;
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
