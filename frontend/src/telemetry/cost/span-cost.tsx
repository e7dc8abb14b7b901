/** The cost of one span, with a card that says of what it is made: tokens times price for each kind, and whose figure it is. */
import { Hint } from "@/components/hint/hint";
import { formatCost, formatCostExact } from "@/lib/format/cost";
import { formatCount } from "@/lib/format/number";
import type { Derived } from "@/telemetry/trace/span-query";
import { type CostDetails, costNotes, KINDS } from "./cost-facts";

export function SpanCost({ derived }: { derived: Derived }) {
  const { cost_usd: cost, cost_details: details } = derived;
  const shown = cost === null ? "unpriced" : formatCost(cost);
  if (!details) return <span className="tnum">{shown}</span>;
  return (
    <Hint
      className="cursor-help whitespace-nowrap tnum underline decoration-line-strong decoration-dotted underline-offset-2"
      content={() => <CostCard derived={derived} details={details} />}
    >
      {shown}
    </Hint>
  );
}

function CostCard({ derived, details }: { derived: Derived; details: CostDetails }) {
  const { cost_usd: cost, model, provider } = derived;
  const { computed_usd: computed, reported_usd: reported, parts } = details;
  const notes = costNotes({ cost, details, model, provider });
  return (
    <div className="grid gap-1.5">
      {parts.length > 0 && (
        <table className="tnum [&_td]:pl-3 [&_td]:text-right [&_th]:text-left [&_th]:font-normal [&_th]:text-faint">
          <tbody>
            {parts.map(({ kind, tokens, usd_per_million, cost_usd }) => (
              <tr key={kind}>
                <th scope="row">{KINDS[kind]}</th>
                <td>{formatCount(tokens)}</td>
                <td className="text-faint">× {formatCostExact(usd_per_million)}</td>
                <td>{formatCostExact(cost_usd)}</td>
              </tr>
            ))}
          </tbody>
          <tfoot className="border-line border-t">
            {computed !== null && <Sum name="Computed" usd={computed} />}
            {reported !== null && <Sum name="Reported" usd={reported} />}
            {cost !== null && cost !== computed && cost !== reported && <Sum name="Cost" usd={cost} />}
          </tfoot>
        </table>
      )}
      {parts.length === 0 && cost !== null && <p className="tnum">{formatCostExact(cost)}</p>}
      {notes.map((note) => (
        <p key={note} className="text-muted">
          {note}
        </p>
      ))}
    </div>
  );
}

function Sum({ name, usd }: { name: string; usd: number }) {
  return (
    <tr className="font-medium">
      <th scope="row" colSpan={3}>
        {name}
      </th>
      <td>{formatCostExact(usd)}</td>
    </tr>
  );
}
