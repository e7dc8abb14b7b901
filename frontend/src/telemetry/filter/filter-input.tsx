/** The filter as text, with suggestions while it is written. Enter applies it. */

import { useQuery } from "@tanstack/react-query";
import { ListFilter, X } from "lucide-react";
import { type KeyboardEvent, useDeferredValue, useId, useRef, useState } from "react";
import { controlClass } from "@/components/ui/field";
import { cn } from "@/lib/cn";
import { fieldValuesQuery } from "@/telemetry/stats/stats-query";
import { FIELDS_WITH_VALUES, FILTER_FIELDS } from "./fields";
import { type Suggestion, suggest } from "./suggest";

interface FilterInputProps {
  value: string;
  onApply: (filter: string) => void;
  className?: string;
}

const SHOWN_MAX = 10;
const NONE: readonly string[] = [];

export function FilterInput({ value, onApply, className }: FilterInputProps) {
  const input = useRef<HTMLInputElement>(null);
  const listId = useId();
  const [draft, setDraft] = useState(value);
  const [applied, setApplied] = useState(value);
  const [caret, setCaret] = useState(0);
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  // The filter changed from outside (back button, a saved view): take it over.
  if (value !== applied) {
    setApplied(value);
    setDraft(value);
  }
  const found = suggest(draft, caret, FILTER_FIELDS, () => NONE);
  const field = useDeferredValue(found.valueField);
  const values = useQuery({
    ...fieldValuesQuery(field ?? ""),
    enabled: open && field !== undefined && FIELDS_WITH_VALUES.has(field),
  });
  const { from, to, items } = values.data ? suggest(draft, caret, FILTER_FIELDS, () => values.data) : found;
  const shown = open ? items.slice(0, SHOWN_MAX) : [];

  function apply(filter: string) {
    setOpen(false);
    setDraft(filter);
    if (filter.trim() !== value) onApply(filter.trim());
  }
  function take(suggestion: Suggestion) {
    const gap = suggestion.text.endsWith(".") || suggestion.text.endsWith("(") ? "" : " ";
    const next = `${draft.slice(0, from)}${suggestion.text}${gap}`;
    setDraft(next + draft.slice(to).trimStart());
    setCaret(next.length);
    setActive(-1);
    requestAnimationFrame(() => {
      input.current?.focus();
      input.current?.setSelectionRange(next.length, next.length);
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
      else apply(draft);
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
        value={draft}
        onFocus={() => setOpen(true)}
        onBlur={() => {
          setOpen(false);
          if (draft.trim() !== value) apply(draft);
        }}
        onSelect={(event) => setCaret(event.currentTarget.selectionStart ?? draft.length)}
        onChange={(event) => {
          setDraft(event.target.value);
          setCaret(event.target.selectionStart ?? event.target.value.length);
          setActive(-1);
          setOpen(true);
        }}
        onKeyDown={handleKeyDown}
        className={cn(controlClass, "pr-7 pl-8 font-mono text-xs")}
      />
      {draft !== "" && (
        <button
          type="button"
          aria-label="Clear the filter"
          onClick={() => apply("")}
          className="absolute top-1 right-1 grid size-6 place-items-center rounded-sm text-faint hover:bg-hover hover:text-text"
        >
          <X size={13} />
        </button>
      )}
      <div
        id={listId}
        role="listbox"
        aria-label="Suggestions"
        className={cn(
          "absolute top-full left-0 z-30 mt-1 w-full min-w-64 overflow-hidden rounded-lg border border-line-strong bg-raised p-1 shadow-pop",
          shown.length === 0 && "hidden",
        )}
      >
        {shown.map((item, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the input above owns the keys
          // biome-ignore lint/a11y/useFocusableInteractive: aria-activedescendant points here
          <div
            key={item.text}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === active}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => take(item)}
            className={cn(
              "flex h-7 cursor-pointer items-center gap-3 rounded-md px-2 text-xs hover:bg-hover",
              index === active && "bg-hover",
            )}
          >
            <code className="min-w-0 truncate font-mono">{item.text}</code>
            <span className="ml-auto shrink-0 text-2xs text-faint">{item.hint}</span>
          </div>
        ))}
      </div>
    </div>
  );
}
