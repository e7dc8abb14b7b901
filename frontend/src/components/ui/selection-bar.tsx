/** What can be done with the chosen rows of a list; nothing while none is chosen. */
import { X } from "lucide-react";
import { type ReactNode, useEffect } from "react";
import { formatCount } from "@/lib/format/number";
import { Button } from "./button";

interface SelectionBarProps {
  count: number;
  onClear: () => void;
  /** Buttons. */
  children: ReactNode;
}

export function SelectionBar({ count, onClear, children }: SelectionBarProps) {
  const shown = count > 0;
  useEffect(() => {
    if (!shown) return;
    const listen = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      // what is open above the list closes first
      if (document.querySelector("[role=dialog], [role=menu], [role=tooltip]")) return;
      onClear();
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, [shown, onClear]);
  if (!shown) return null;
  return (
    <section
      aria-label="Selected rows"
      className="flex shrink-0 flex-wrap items-center gap-2 border-line border-b bg-accent/8 px-4 py-1.5"
    >
      <span role="status" className="mr-1 font-medium text-sm tnum">
        {formatCount(count)} selected
      </span>
      {children}
      <Button weight="ghost" size="sm" className="ml-auto" onClick={onClear}>
        <X size={13} /> Unselect
      </Button>
    </section>
  );
}
