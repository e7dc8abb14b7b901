/** Below the filter: the part that is wrong is underlined, with the reason and a way to correct it. */
import { corrected, type FilterProblem } from "./filter-problem";

interface FilterProblemNoteProps {
  id: string;
  filter: string;
  problem: FilterProblem;
  onApply: (filter: string) => void;
}

export function FilterProblemNote({ id, filter, problem, onApply }: FilterProblemNoteProps) {
  const { from, to, message, suggestion } = problem;
  return (
    <div
      id={id}
      role="alert"
      className="flex w-full flex-wrap items-baseline gap-x-3 gap-y-1 px-2.5 pt-1 text-danger-text text-xs"
    >
      <code className="min-w-0 max-w-full font-mono text-muted [overflow-wrap:anywhere]">
        {filter.slice(0, from)}
        <mark
          data-testid="filter-mark"
          className="bg-transparent text-danger-text underline decoration-danger decoration-wavy underline-offset-4"
        >
          {/* where something is missing there is nothing to underline */}
          {to > from ? filter.slice(from, to) : "\u00a0"}
        </mark>
        {filter.slice(Math.max(from, to))}
      </code>
      <span className="min-w-0 [overflow-wrap:anywhere]">{message}</span>
      {suggestion !== undefined && (
        <button
          type="button"
          onClick={() => onApply(corrected(filter, problem))}
          className="rounded-sm px-1 font-medium text-accent-text underline-offset-2 hover:underline"
        >
          Use <code className="font-mono">{suggestion}</code>
        </button>
      )}
    </div>
  );
}
