/** What the chosen trace can be compared with, one click each. */
import { useQuery } from "@tanstack/react-query";
import { GitCompareArrows, Layers3 } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { EmptyState, LoadState } from "@/components/ui/states";
import type { TraceSummary } from "@/telemetry/traces/traces-query";
import { comparisonsQuery } from "./compare-query";
import { CHAIN_MAX } from "./compare-search";
import { PROPOSAL_WORDS } from "./propose";
import { TraceFacts } from "./trace-facts";

interface ProposalListProps {
  chosen: TraceSummary;
  onChoose: (traceId: string) => void;
  onCompare: (traceIds: string[]) => void;
}

export function ProposalList({ chosen, onChoose, onCompare }: ProposalListProps) {
  const comparisons = useQuery(comparisonsQuery(chosen));
  if (!comparisons.data) return <LoadState query={comparisons} label="Loading other runs" />;
  const { proposals, others, versions } = comparisons.data;
  const chain = versions.slice(-CHAIN_MAX);
  if (others.length === 0) {
    return (
      <EmptyState icon={GitCompareArrows} title={`No other run of “${chosen.root_name}”`}>
        Run it once more, or paste the id of any other trace above.
      </EmptyState>
    );
  }
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <ChoiceList label="Proposals" title={`Compare “${chosen.root_name}” with`}>
        {proposals.map(({ kind, trace }) => (
          <Choice key={kind} label={PROPOSAL_WORDS[kind]} trace={trace} onChoose={onChoose} />
        ))}
      </ChoiceList>
      {chain.length > 2 && (
        <div className="mx-auto w-full max-w-3xl px-4">
          <Button onClick={() => onCompare(chain)}>
            <Layers3 size={14} /> Chain of the last {chain.length} versions
          </Button>
        </div>
      )}
      <ChoiceList label="Recent runs" title="or with a recent run of the same name">
        {others.map((trace) => (
          <Choice key={trace.trace_id} label={trace.service} trace={trace} onChoose={onChoose} />
        ))}
      </ChoiceList>
    </div>
  );
}

function ChoiceList({ label, title, children }: { label: string; title: string; children: ReactNode }) {
  return (
    <section aria-label={label} className="mx-auto grid w-full max-w-3xl gap-1 px-4 py-4">
      <h2 className="font-medium text-muted text-sm">{title}</h2>
      <ul className="overflow-hidden rounded-lg border border-line">{children}</ul>
    </section>
  );
}

interface ChoiceProps {
  label: string;
  trace: TraceSummary;
  onChoose: (traceId: string) => void;
}

function Choice({ label, trace, onChoose }: ChoiceProps) {
  return (
    <li className="border-line border-b last:border-0">
      <button
        type="button"
        onClick={() => onChoose(trace.trace_id)}
        className="flex min-h-10 w-full items-center gap-3 px-3 py-1.5 text-left hover:bg-hover focus-visible:-outline-offset-2"
      >
        <span className="min-w-0 flex-1 truncate font-medium text-sm">{label}</span>
        <TraceFacts trace={trace} />
      </button>
    </li>
  );
}
