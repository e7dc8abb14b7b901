/** Traces beside each other: a pair span by span, or a chain of versions figure by figure. */
import { GitCompareArrows } from "lucide-react";
import { PageHeader } from "@/components/ui/page";
import { useSearchState } from "@/state/use-search-state";
import { ChainView } from "./chain-view";
import { type CompareSearch, chainOf, compareOf } from "./compare-search";
import { PairView } from "./pair-view";
import { RecentTraces } from "./recent-traces";

/** Going from row to row is one visit; other changes can be taken back. */
function trailOf(change: Partial<CompareSearch>) {
  return { replace: "row" in change };
}

const NOTHING_CHOSEN: Partial<CompareSearch> = {
  a: undefined,
  b: undefined,
  against: undefined,
  ids: undefined,
  aspan: undefined,
  bspan: undefined,
  row: undefined,
};

export function ComparePage() {
  const [search, onSearchChange] = useSearchState("/app/compare", trailOf);
  const chain = chainOf(search.ids);
  const onCompare = (ids: string[]) => onSearchChange({ ...NOTHING_CHOSEN, ...compareOf(ids) });
  if (chain.length > 2) return <ChainView ids={chain} onCompare={onCompare} />;
  // two ids of a chain are a pair, as if somebody had chosen its sides
  const pair: CompareSearch = { ...search, ...compareOf(chain) };
  if (pair.a !== undefined || pair.b !== undefined) {
    return <PairView search={pair} onSearchChange={onSearchChange} onCompare={onCompare} />;
  }
  return (
    <>
      <PageHeader
        title="Compare"
        note={
          <span className="inline-flex items-center gap-1.5">
            <GitCompareArrows size={14} aria-hidden /> Two traces span by span, or a chain of versions.
          </span>
        }
      />
      <RecentTraces onCompare={onCompare} />
    </>
  );
}
