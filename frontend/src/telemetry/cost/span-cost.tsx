/** The cost of one span, with a card that says of what it is made. */
import { Hint, HintFacts } from "@/components/hint/hint";
import { formatCost, formatCostExact } from "@/lib/format/cost";
import { formatCount } from "@/lib/format/number";
import type { Derived } from "@/telemetry/trace/span-query";
import { costSource, tokenKinds, whyUnpriced } from "./cost-facts";

export function SpanCost({ derived }: { derived: Derived }) {
  return (
    <Hint className="whitespace-nowrap tnum" content={() => <CostCard derived={derived} />}>
      {derived.cost_usd === null ? "unpriced" : formatCost(derived.cost_usd)}
    </Hint>
  );
}

function CostCard({ derived }: { derived: Derived }) {
  const { cost_usd: cost } = derived;
  const kinds = tokenKinds(derived).map(([kind, tokens]) => [kind, `${formatCount(tokens)} tokens`] as const);
  return (
    <div className="grid gap-1.5">
      <HintFacts facts={[...kinds, ...(cost === null ? [] : [["Cost", formatCostExact(cost)] as const])]} />
      <p className="text-muted">{cost === null ? whyUnpriced(derived) : costSource(derived)}</p>
    </div>
  );
}
