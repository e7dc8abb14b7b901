/** A chain of traces, a column each in order of their start: figures, versions, and what came and went in between. */
import { useQueries } from "@tanstack/react-query";
import { useMemo } from "react";
import { PageHeader } from "@/components/ui/page";
import { ErrorState, SkeletonRows } from "@/components/ui/states";
import { buildTrace } from "@/telemetry/trace/build-trace";
import { spanQuery } from "@/telemetry/trace/span-query";
import { type TraceData, traceQuery } from "@/telemetry/trace/trace-query";
import { type ChainColumn, versionOf } from "./chain-column";
import { ChainTable } from "./chain-table";

interface ChainViewProps {
  ids: readonly string[];
  onCompare: (ids: string[]) => void;
}

export function ChainView({ ids, onCompare }: ChainViewProps) {
  const traces = useQueries({ queries: ids.map((id) => traceQuery(id)) });
  const failed = traces.find((trace) => trace.error && !trace.data);
  const loaded = traces.flatMap((trace) => trace.data ?? []);
  return (
    <>
      <PageHeader
        title="Compare"
        note={`${ids.length} traces in order of their start, each beside the one before.`}
      />
      {failed && (
        <ErrorState
          error={failed.error}
          onRetry={() => void Promise.all(traces.map((trace) => trace.refetch()))}
        />
      )}
      {!failed && loaded.length < ids.length && <SkeletonRows label="Loading traces" />}
      {!failed && loaded.length === ids.length && <Chain traces={loaded} onCompare={onCompare} />}
    </>
  );
}

interface ChainProps {
  traces: readonly TraceData[];
  onCompare: (ids: string[]) => void;
}

function Chain({ traces, onCompare }: ChainProps) {
  // new only when one of them is: aligning is linear work over all spans
  // biome-ignore lint/correctness/useExhaustiveDependencies: the array is new on every render, its members are not
  const models = useMemo(() => traces.map((data) => ({ data, model: buildTrace(data.spans) })), [...traces]);
  const roots = useQueries({
    queries: models.map(({ data, model }) => ({
      ...spanQuery(data.traceId, model.spans[0]?.span_id ?? ""),
      enabled: model.spans.length > 0,
    })),
  });
  const columns = models
    .map(({ data, model }, place): ChainColumn => {
      const root = roots[place]?.data;
      return { summary: data.summary, model, version: root && versionOf(root) };
    })
    .sort((a, b) => (a.model.startUnixNano < b.model.startUnixNano ? -1 : 1));
  return (
    <ChainTable
      columns={columns}
      onRemove={(id) =>
        onCompare(columns.map(({ summary }) => summary.trace_id).filter((other) => other !== id))
      }
    />
  );
}
