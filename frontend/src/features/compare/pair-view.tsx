/** Two traces, or two runs, side by side: structure, timing, and for the chosen row messages and state. */
import { useQuery } from "@tanstack/react-query";
import { ArrowLeftRight } from "lucide-react";
import { useMemo } from "react";
import { Button } from "@/components/ui/button";
import { PageHeader } from "@/components/ui/page";
import { ErrorState, SkeletonRows } from "@/components/ui/states";
import { buildTrace, type TraceModel } from "@/telemetry/trace/build-trace";
import { type TraceData, traceQuery } from "@/telemetry/trace/trace-query";
import { align, differenceOf, isNotable } from "./align";
import { CompareDetails } from "./compare-details";
import { comparisonsQuery } from "./compare-query";
import { CompareRows } from "./compare-rows";
import type { CompareSearch } from "./compare-search";
import { ProposalList } from "./proposal-list";
import { PROPOSAL_WORDS } from "./propose";
import { SidePicker } from "./side-picker";

interface SearchProps {
  search: CompareSearch;
  onSearchChange: (change: Partial<CompareSearch>) => void;
}

interface PairViewProps extends SearchProps {
  /** Compares these traces instead. */
  onCompare: (traceIds: string[]) => void;
}

export function PairView({ search, onSearchChange, onCompare }: PairViewProps) {
  const b = useQuery({ ...traceQuery(search.b ?? ""), enabled: search.b !== undefined });
  const proposed = useProposed(search, b.data);
  const aId = search.a ?? proposed;
  const a = useQuery({ ...traceQuery(aId ?? ""), enabled: aId !== undefined });
  const modelA = useModel(a.data);
  const modelB = useModel(b.data);
  const anchor = b.data?.summary ?? a.data?.summary;
  const error = a.error ?? b.error;
  const onChooseA = (a: string) => onSearchChange({ a, aspan: undefined, row: undefined, ids: undefined });
  const onChooseB = (b: string) =>
    onSearchChange({ a: aId, b, bspan: undefined, row: undefined, ids: undefined });
  const onChooseMissing = search.b === undefined ? onChooseB : onChooseA;
  const loading = (a.isLoading || b.isLoading) && !error;
  const alone = !loading && !error && (modelA === undefined) !== (modelB === undefined) && anchor;
  return (
    <>
      <PairHeader search={search} aId={aId} onSearchChange={onSearchChange} />
      <div className="grid shrink-0 grid-cols-1 gap-2 border-line border-b px-4 py-2 lg:grid-cols-2">
        <SidePicker
          side="A"
          model={modelA}
          traceId={aId}
          spanId={search.aspan}
          anchor={anchor}
          onChoose={onChooseA}
        />
        <SidePicker
          side="B"
          model={modelB}
          traceId={search.b}
          spanId={search.bspan}
          anchor={a.data?.summary ?? b.data?.summary}
          onChoose={onChooseB}
        />
      </div>
      {error && <ErrorState error={error} onRetry={() => void Promise.all([a.refetch(), b.refetch()])} />}
      {loading && <SkeletonRows label="Loading traces" />}
      {alone && <ProposalList chosen={alone} onChoose={onChooseMissing} onCompare={onCompare} />}
      {modelA && modelB && (
        <Aligned a={modelA} b={modelB} search={{ ...search, a: aId }} onSearchChange={onSearchChange} />
      )}
    </>
  );
}

/** The trace that the URL asks for by what it is to `b`, while no `a` is chosen. */
function useProposed(search: CompareSearch, b: TraceData | undefined): string | undefined {
  const wanted = search.a === undefined && search.against !== undefined;
  const comparisons = useQuery(comparisonsQuery(wanted ? b?.summary : undefined));
  if (!wanted) return undefined;
  return comparisons.data?.proposals.find(({ kind }) => kind === search.against)?.trace.trace_id;
}

interface PairHeaderProps extends SearchProps {
  aId: string | undefined;
}

function PairHeader({ search, aId, onSearchChange }: PairHeaderProps) {
  const proposal = search.a === undefined && search.against && aId !== undefined;
  const note = proposal
    ? `A is the ${PROPOSAL_WORDS[search.against ?? "previous"].toLowerCase()}.`
    : "Spans are matched by name and role, in order.";
  const swapped = {
    a: search.b,
    b: aId,
    aspan: search.bspan,
    bspan: search.aspan,
    row: undefined,
    ids: undefined,
  };
  return (
    <PageHeader
      title="Compare"
      note={note}
      actions={
        <>
          <Button onClick={() => onSearchChange(swapped)}>
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
  const namedA = search.aspan === undefined ? -1 : (a.indexById.get(search.aspan) ?? -1);
  const namedB = search.bspan === undefined ? -1 : (b.indexById.get(search.bspan) ?? -1);
  const fromA = namedA < 0 ? counterpart(a, b.spans[namedB]) : namedA;
  const fromB = namedB < 0 ? counterpart(b, a.spans[namedA]) : namedB;
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
