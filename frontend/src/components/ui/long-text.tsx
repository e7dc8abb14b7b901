/** Text of any length: wrapped, and cut with a button to show the rest. */
import { useState } from "react";
import { cn } from "@/lib/cn";
import { formatCount } from "@/lib/format/number";

const CHARACTERS_AT_FIRST = 1_500;

interface LongTextProps {
  text: string;
  charactersAtFirst?: number;
  className?: string;
}

export function LongText({ text, charactersAtFirst = CHARACTERS_AT_FIRST, className }: LongTextProps) {
  const [whole, setWhole] = useState(false);
  const cut = !whole && text.length > charactersAtFirst * 1.2;
  return (
    <span className={cn("whitespace-pre-wrap break-words [overflow-wrap:anywhere]", className)}>
      {cut ? `${text.slice(0, charactersAtFirst)}…` : text}
      {cut && (
        <button
          type="button"
          onClick={() => setWhole(true)}
          className="ml-1 font-medium font-sans text-accent-text text-xs hover:underline"
        >
          Show all {formatCount(text.length)} characters
        </button>
      )}
    </span>
  );
}
