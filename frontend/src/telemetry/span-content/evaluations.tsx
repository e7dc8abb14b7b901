/** Judgements on the span. */
import { Badge } from "@/components/ui/badge";
import { LongText } from "@/components/ui/long-text";
import type { Derived } from "@/telemetry/trace/span-query";
import { Section } from "./section";

export function Evaluations({ evaluations }: { evaluations: Derived["evaluations"] }) {
  if (evaluations.length === 0) return null;
  return (
    <Section title="Evaluations" note={evaluations.length}>
      <ul className="grid min-w-0 gap-2">
        {evaluations.map((evaluation, index) => (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: evaluations have no id and never reorder
            key={index}
            className="grid min-w-0 gap-1 rounded-lg border border-line bg-sunken px-3 py-2"
          >
            <div className="flex items-center gap-2 text-sm">
              <span className="min-w-0 truncate font-medium">{evaluation.name ?? "evaluation"}</span>
              {evaluation.label && <Badge>{evaluation.label}</Badge>}
              {evaluation.score !== null && (
                <span className="ml-auto font-medium tnum">{evaluation.score}</span>
              )}
            </div>
            {evaluation.explanation && (
              <LongText text={evaluation.explanation} className="text-muted text-sm" />
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}
