/** Folds and unfolds what is below a span; an empty place where nothing is. */
import { ChevronRight } from "lucide-react";
import { cn } from "@/lib/cn";

interface FoldButtonProps {
  below: number;
  folded: boolean;
  name: string;
  onClick: () => void;
}

export function FoldButton({ below, folded, name, onClick }: FoldButtonProps) {
  if (below === 0) return <span aria-hidden className="w-5 shrink-0" />;
  return (
    <button
      type="button"
      tabIndex={-1}
      aria-label={`${folded ? "Unfold" : "Fold"} ${name}`}
      onClick={(event) => {
        event.stopPropagation();
        onClick();
      }}
      className="grid h-full w-5 shrink-0 place-items-center text-faint hover:text-text"
    >
      <ChevronRight size={14} className={cn("transition-transform", !folded && "rotate-90")} aria-hidden />
    </button>
  );
}
