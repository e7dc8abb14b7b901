/** The chosen spans of both sides: facts, messages and state next to each other. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArrowUpRight, X } from "lucide-react";
import { Button } from "@/components/ui/button";
import { ErrorState, Skeleton } from "@/components/ui/states";
import { formatDuration, nanosToNumber } from "@/lib/format/duration";
import { OverviewTab } from "@/telemetry/span-content/span-overview";
import { spanQuery } from "@/telemetry/trace/span-query";
import type { TraceSpan } from "@/telemetry/trace/trace-query";
import { Tokens } from "@/telemetry/vocabulary/numbers";
import { StatusBadge } from "@/telemetry/vocabulary/status";

interface Side {
  traceId: string;
  span: TraceSpan | undefined;
}

interface CompareDetailsProps {
  a: Side;
  b: Side;
  onClose: () => void;
}

export function CompareDetails({ a, b, onClose }: CompareDetailsProps) {
  return (
    <aside
      aria-label="Chosen spans"
      className="flex max-h-[55dvh] min-h-0 shrink-0 flex-col border-line border-t lg:max-h-none lg:w-[52%] lg:border-t-0 lg:border-l"
    >
      <div className="flex h-10 shrink-0 items-center border-line border-b px-3">
        <h2 className="min-w-0 truncate font-medium text-sm">{(a.span ?? b.span)?.name}</h2>
        <Button weight="ghost" size="icon" aria-label="Close" className="ml-auto" onClick={onClose}>
          <X size={15} />
        </Button>
      </div>
      <div className="grid min-h-0 flex-1 grid-cols-2 divide-x divide-line overflow-y-auto">
        <SideDetails name="A" side={a} />
        <SideDetails name="B" side={b} />
      </div>
    </aside>
  );
}

function SideDetails({ name, side }: { name: string; side: Side }) {
  const { traceId, span } = side;
  const detail = useQuery({ ...spanQuery(traceId, span?.span_id ?? ""), enabled: span !== undefined });
  return (
    <section aria-label={`Span of ${name}`} className="@container min-w-0">
      <div className="sticky top-0 z-10 flex flex-wrap items-center gap-x-3 gap-y-1 border-line border-b bg-surface px-3 py-2 text-xs">
        <span className="font-semibold">{name}</span>
        {span && (
          <>
            <span className="tnum">{formatDuration(nanosToNumber(span.duration_ns))}</span>
            {span.input_tokens !== null && <Tokens input={span.input_tokens} output={span.output_tokens} />}
            <StatusBadge status={span.status} />
            <Link
              to="/traces/$traceId"
              params={{ traceId }}
              search={{ span: span.span_id }}
              className="ml-auto inline-flex min-h-6 items-center gap-0.5 text-accent-text hover:underline"
            >
              Span <ArrowUpRight size={12} />
            </Link>
          </>
        )}
      </div>
      <div className="p-3">
        {!span && <p className="text-faint text-sm">This side has no such span.</p>}
        {detail.error && <ErrorState error={detail.error} onRetry={() => detail.refetch()} />}
        {span && detail.isPending && <Skeleton className="h-32 w-full" />}
        {detail.data && <OverviewTab span={detail.data} runId={undefined} />}
      </div>
    </section>
  );
}
