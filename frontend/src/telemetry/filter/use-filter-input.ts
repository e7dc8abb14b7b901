/** How the filter behaves while it is written: suggestions open, keys choose among them, Enter or leaving applies. */
import { type ChangeEvent, type KeyboardEvent, type SyntheticEvent, useRef, useState } from "react";
import { useFilterDraft } from "./filter-draft";
import type { Suggestion } from "./operators";
import { type FilterSuggestions, useSuggestions } from "./use-suggestions";

const SHOWN_MAX = 10;

export function useFilterInput(value: string, onApply: (filter: string) => void) {
  const input = useRef<HTMLInputElement>(null);
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
  const handlers = {
    onKeyDown: handleKeyDown,
    onFocus: () => setOpen(true),
    onBlur: () => {
      setOpen(false);
      if (draft.text.trim() !== value) apply(draft.text);
    },
    onSelect: ({ currentTarget }: SyntheticEvent<HTMLInputElement>) =>
      draft.moveCaret(currentTarget.selectionStart ?? draft.text.length),
    onChange: ({ target }: ChangeEvent<HTMLInputElement>) => {
      draft.write(target.value, target.selectionStart ?? target.value.length);
      setActive(-1);
      setOpen(true);
    },
  };
  return { input, draft, found, shown, active, open, take, apply, handlers };
}

/** The text with the suggestion in the place of the word at the caret, and where the caret is then. */
function withSuggestion(text: string, found: FilterSuggestions, { text: word }: Suggestion) {
  const gap = word.endsWith(".") || word.endsWith("(") ? "" : " ";
  const before = `${text.slice(0, found.from)}${word}${gap}`;
  return { text: before + text.slice(found.to).trimStart(), caret: before.length };
}
