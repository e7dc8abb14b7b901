/** The filter as text, with suggestions while it is written. Enter applies it. */
import { ListFilter, X } from "lucide-react";
import { useId } from "react";
import { controlClass } from "@/components/ui/field";
import { cn } from "@/lib/cn";
import type { FilterProblem } from "./filter-problem";
import { FilterProblemNote } from "./filter-problem-note";
import { SuggestionList } from "./suggestion-list";
import { useFilterInput } from "./use-filter-input";
import type { FilterSuggestions } from "./use-suggestions";

interface FilterInputProps {
  value: string;
  /** What the server found wrong with it. */
  problem?: FilterProblem | undefined;
  onApply: (filter: string) => void;
  className?: string;
}

export function FilterInput({ value, problem, onApply, className }: FilterInputProps) {
  const listId = useId();
  const { input, draft, found, shown, active, open, take, apply, handlers } = useFilterInput(value, onApply);
  return (
    <div className={cn("relative", className)}>
      <ListFilter
        size={14}
        className="pointer-events-none absolute top-2.25 left-2.5 text-faint"
        aria-hidden
      />
      <input
        ref={input}
        role="combobox"
        aria-label="Filter"
        aria-expanded={shown.length > 0}
        aria-controls={listId}
        aria-autocomplete="list"
        aria-invalid={problem ? true : undefined}
        aria-describedby={problem ? `${listId}-problem` : undefined}
        aria-activedescendant={active >= 0 ? `${listId}-${active}` : undefined}
        autoComplete="off"
        spellCheck={false}
        placeholder="Filter: model = gpt-4.1 and duration_ms > 2000"
        value={draft.text}
        {...handlers}
        className={cn(controlClass, "pr-7 pl-8 font-mono text-xs")}
      />
      {draft.text !== "" && <ClearButton onClear={() => apply("")} />}
      {problem && (
        <FilterProblemNote id={`${listId}-problem`} filter={value} problem={problem} onApply={apply} />
      )}
      <SuggestionList
        id={listId}
        items={shown}
        active={active}
        note={open ? NOTES[found.fields] : undefined}
        onTake={take}
      />
    </div>
  );
}

const NOTES: Record<FilterSuggestions["fields"], string | undefined> = {
  loading: "Loading the names of fields…",
  failed: "The names of fields could not be loaded. A filter can still be typed.",
  known: undefined,
};

function ClearButton({ onClear }: { onClear: () => void }) {
  return (
    <button
      type="button"
      aria-label="Clear the filter"
      onClick={onClear}
      className="absolute top-1 right-1 grid size-6 place-items-center rounded-sm text-faint hover:bg-hover hover:text-text"
    >
      <X size={13} />
    </button>
  );
}
