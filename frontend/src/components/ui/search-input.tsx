/** A search box that reports what was typed after a short pause, or at once on Enter. */
import { Search, X } from "lucide-react";
import { type KeyboardEvent, useRef, useState } from "react";
import { cn } from "@/lib/cn";
import { controlClass } from "./field";

const PAUSE_MS = 250;

interface SearchInputProps {
  value: string;
  label: string;
  placeholder?: string;
  onValueChange: (value: string) => void;
  /** Enter with the full text; return true when it was handled otherwise. */
  onEnter?: (value: string) => boolean;
  className?: string;
}

export function SearchInput({
  value,
  label,
  placeholder,
  onValueChange,
  onEnter,
  className,
}: SearchInputProps) {
  const [draft, setDraft] = useState(value);
  const [reported, setReported] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  // The value changed from outside (back button, cleared filters): take it over.
  if (value !== reported) {
    setReported(value);
    setDraft(value);
  }

  function report(text: string) {
    clearTimeout(timer.current);
    setReported(text);
    onValueChange(text);
  }
  function handleChange(text: string) {
    setDraft(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => report(text), PAUSE_MS);
  }
  function handleKeyDown(event: KeyboardEvent<HTMLInputElement>) {
    if (event.key === "Enter" && !onEnter?.(draft)) report(draft);
    if (event.key === "Escape" && draft !== "") {
      event.stopPropagation();
      setDraft("");
      report("");
    }
  }

  return (
    <div className={cn("relative", className)}>
      <Search size={14} className="pointer-events-none absolute top-2.25 left-2.5 text-faint" aria-hidden />
      <input
        type="search"
        aria-label={label}
        placeholder={placeholder}
        value={draft}
        onChange={(event) => handleChange(event.target.value)}
        onKeyDown={handleKeyDown}
        className={cn(controlClass, "pr-7 pl-8 [&::-webkit-search-cancel-button]:hidden")}
      />
      {draft !== "" && (
        <button
          type="button"
          aria-label="Clear search"
          onClick={() => {
            setDraft("");
            report("");
          }}
          className="absolute top-1 right-1 grid size-6 place-items-center rounded-sm text-faint hover:bg-hover hover:text-text"
        >
          <X size={13} />
        </button>
      )}
    </div>
  );
}
