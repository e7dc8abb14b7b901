/** The suggestions below the filter. The input owns the keys; a click takes one. */
import { cn } from "@/lib/cn";
import type { Suggestion } from "./operators";

interface SuggestionListProps {
  id: string;
  items: readonly Suggestion[];
  /** Index of the one that Enter takes, or -1. */
  active: number;
  /** Stands below the suggestions, for what is missing among them. */
  note: string | undefined;
  onTake: (suggestion: Suggestion) => void;
}

export function SuggestionList({ id, items, active, note, onTake }: SuggestionListProps) {
  return (
    <div
      className={cn(
        "absolute top-9 left-0 z-30 w-full min-w-64 overflow-hidden rounded-lg border border-line-strong bg-raised p-1 shadow-pop",
        items.length === 0 && !note && "hidden",
      )}
    >
      <div id={id} role="listbox" aria-label="Suggestions">
        {items.map((item, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the input above owns the keys
          // biome-ignore lint/a11y/useFocusableInteractive: aria-activedescendant points here
          <div
            key={item.text}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === active}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onTake(item)}
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
      {note && (
        <p role="status" className="px-2 py-1 text-2xs text-faint">
          {note}
        </p>
      )}
    </div>
  );
}
