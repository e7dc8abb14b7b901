/** The filter as text, with suggestions while it is written. Enter applies it. */
import { ListFilter, X } from "lucide-react";
import { type KeyboardEvent, useId, useRef, useState } from "react";
import { controlClass } from "@/components/ui/field";
import { cn } from "@/lib/cn";
import { useFilterDraft } from "./filter-draft";
import type { Suggestion } from "./operators";
import { SuggestionList } from "./suggestion-list";
import { type FilterSuggestions, useSuggestions } from "./use-suggestions";

interface FilterInputProps {
  value: string;
  onApply: (filter: string) => void;
  className?: string;
}

const SHOWN_MAX = 10;

export function FilterInput({ value, onApply, className }: FilterInputProps) {
  const input = useRef<HTMLInputElement>(null);
  const listId = useId();
  const draft = useFilterDraft(value);
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const found = useSuggestions(draft.text, draft.caret, open);
  const shown = open ? found.items.slice(0, SHOWN_MAX) : [];

  function apply(filter: string) {
    setOpen(false);
    draft.write(filter, draft.caret);
    if (filter.trim() !== value) onApply(filter.trim());
  }
  function take(suggestion: Suggestion) {
    const { text, caret } = withSuggestion(draft.text, found, suggestion);
    draft.write(text, caret);
    setActive(-1);
    requestAnimationFrame(() => {
      input.current?.focus();
      input.current?.setSelectionRange(caret, caret);
    });
  }
  function handleKeyDown(event: KeyboardEvent<HTMLInputElement>) {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0 && shown.length > 0) {
      event.preventDefault();
      setActive((Math.max(active, step > 0 ? -1 : 0) + step + shown.length) % shown.length);
    } else if (event.key === "Enter" || (event.key === "Tab" && active >= 0)) {
      event.preventDefault();
      const chosen = shown[active];
      if (chosen) take(chosen);
      else apply(draft.text);
    } else if (event.key === "Escape" && open) {
      event.stopPropagation();
      setOpen(false);
    }
  }

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
        aria-activedescendant={active >= 0 ? `${listId}-${active}` : undefined}
        autoComplete="off"
        spellCheck={false}
        placeholder="Filter: model = gpt-4.1 and duration_ms > 2000"
        value={draft.text}
        onFocus={() => setOpen(true)}
        onBlur={() => {
          setOpen(false);
          if (draft.text.trim() !== value) apply(draft.text);
        }}
        onSelect={({ currentTarget }) => draft.moveCaret(currentTarget.selectionStart ?? draft.text.length)}
        onChange={({ target }) => {
          draft.write(target.value, target.selectionStart ?? target.value.length);
          setActive(-1);
          setOpen(true);
        }}
        onKeyDown={handleKeyDown}
        className={cn(controlClass, "pr-7 pl-8 font-mono text-xs")}
      />
      {draft.text !== "" && <ClearButton onClear={() => apply("")} />}
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

/** The text with the suggestion in the place of the word at the caret, and where the caret is then. */
function withSuggestion(text: string, found: FilterSuggestions, { text: word }: Suggestion) {
  const gap = word.endsWith(".") || word.endsWith("(") ? "" : " ";
  const before = `${text.slice(0, found.from)}${word}${gap}`;
  return { text: before + text.slice(found.to).trimStart(), caret: before.length };
}

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
