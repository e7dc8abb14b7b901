/** Two traces, or two runs, side by side: structure, timing, and for the chosen row messages and state. */

import { useQuery } from "@tanstack/react-query";
import { ArrowLeftRight, GitCompareArrows } from "lucide-react";
import { useMemo } from "react";
import { Button } from "@/components/ui/button";
import { PageHeader } from "@/components/ui/page";
import { EmptyState, ErrorState, SkeletonRows } from "@/components/ui/states";
import { useSearchState } from "@/state/use-search-state";
import { buildTrace, type TraceModel } from "@/telemetry/trace/build-trace";
import { type TraceData, traceQuery } from "@/telemetry/trace/trace-query";
import { align, differenceOf, isNotable } from "./align";
import { ChainSteps } from "./chain-steps";
import { CompareDetails } from "./compare-details";
import { CompareRows } from "./compare-rows";
import type { CompareSearch } from "./compare-search";
import { SidePicker } from "./side-picker";

interface SearchProps {
  search: CompareSearch;
  onSearchChange: (change: Partial<CompareSearch>) => void;
}

/** Going from row to row is one visit; other changes can be taken back. */
function trailOf(change: Partial<CompareSearch>) {
  return { replace: "row" in change };
}

export function ComparePage() {
  const [search, onSearchChange] = useSearchState("/app/compare", trailOf);
  const a = useQuery({ ...traceQuery(search.a ?? ""), enabled: search.a !== undefined });
  const b = useQuery({ ...traceQuery(search.b ?? ""), enabled: search.b !== undefined });
  const modelA = useModel(a.data);
  const modelB = useModel(b.data);
  const error = a.error ?? b.error;
  return (
    <>
      <PageHeader
        title="Compare"
        note="Spans are matched by name and role, in order."
        actions={
          <>
            <Button
              onClick={() =>
                onSearchChange({
                  a: search.b,
                  b: search.a,
                  aspan: search.bspan,
                  bspan: search.aspan,
                  row: undefined,
                })
              }
            >
              <ArrowLeftRight size={14} /> Swap
            </Button>
            <Button
              aria-pressed={search.changed ?? false}
              weight={search.changed ? "primary" : "secondary"}
              onClick={() => onSearchChange({ changed: search.changed ? undefined : true })}
            >
              Differences only
            </Button>
          </>
        }
      />
      <ChainSteps search={search} onSearchChange={onSearchChange} />
      <div className="grid shrink-0 grid-cols-1 gap-2 border-line border-b px-4 py-2 sm:grid-cols-2">
        <SidePicker
          side="A"
          model={modelA}
          traceId={search.a}
          spanId={search.aspan}
          onChoose={(traceId) => onSearchChange({ a: traceId, aspan: undefined, row: undefined })}
        />
        <SidePicker
          side="B"
          model={modelB}
          traceId={search.b}
          spanId={search.bspan}
          onChoose={(traceId) => onSearchChange({ b: traceId, bspan: undefined, row: undefined })}
        />
      </div>
      {error && <ErrorState error={error} onRetry={() => void Promise.all([a.refetch(), b.refetch()])} />}
      {!error && (search.a === undefined || search.b === undefined) && (
        <EmptyState icon={GitCompareArrows} title="Choose two traces">
          Paste their ids above, or start from a trace with “Compare”.
        </EmptyState>
      )}
      {!error && (a.isLoading || b.isLoading) && <SkeletonRows label="Loading traces" />}
      {modelA && modelB && <Aligned a={modelA} b={modelB} search={search} onSearchChange={onSearchChange} />}
    </>
  );
}

function useModel(data: TraceData | undefined): TraceModel | undefined {
  return useMemo(() => (data ? buildTrace(data.spans) : undefined), [data]);
}

interface AlignedProps extends SearchProps {
  a: TraceModel;
  b: TraceModel;
}

function Aligned({ a, b, search, onSearchChange }: AlignedProps) {
  const fromA = search.aspan === undefined ? -1 : (a.indexById.get(search.aspan) ?? -1);
  const fromB =
    search.bspan === undefined ? counterpart(b, a.spans[fromA]) : (b.indexById.get(search.bspan) ?? -1);
  const rows = useMemo(() => align(a, b, fromA, fromB), [a, b, fromA, fromB]);
  const shown = useMemo(
    () => (search.changed ? rows.filter((row) => isNotable(differenceOf(a, b, row))) : rows),
    [rows, a, b, search.changed],
  );
  const [rowA, rowB] = (search.row ?? "").split("_");
  const chosen = shown.find(
    (row) => (a.spans[row.a]?.span_id ?? "-") === rowA && (b.spans[row.b]?.span_id ?? "-") === rowB,
  );
  return (
    <div className="flex min-h-0 flex-1 flex-col lg:flex-row">
      <CompareRows
        a={a}
        b={b}
        rows={shown}
        startA={fromA < 0 ? 0 : (a.offsetNanos[fromA] ?? 0)}
        startB={fromB < 0 ? 0 : (b.offsetNanos[fromB] ?? 0)}
        totalNanos={Math.max(lengthOf(a, fromA), lengthOf(b, fromB))}
        chosen={chosen}
        onChoose={(row) =>
          onSearchChange({ row: `${a.spans[row.a]?.span_id ?? "-"}_${b.spans[row.b]?.span_id ?? "-"}` })
        }
      />
      {chosen && search.a !== undefined && search.b !== undefined && (
        <CompareDetails
          a={{ traceId: search.a, span: a.spans[chosen.a] }}
          b={{ traceId: search.b, span: b.spans[chosen.b] }}
          onClose={() => onSearchChange({ row: undefined })}
        />
      )}
    </div>
  );
}

/** The span of the other trace that stands for the same: of the same name and role. */
function counterpart(model: TraceModel, span: TraceModel["spans"][number] | undefined): number {
  if (!span) return -1;
  return model.spans.findIndex((other) => other.name === span.name && other.role === span.role);
}

function lengthOf(model: TraceModel, from: number): number {
  return from < 0 ? model.totalNanos : (model.durationNanos[from] ?? 0);
}
