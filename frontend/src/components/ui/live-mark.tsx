/** Says whether a list updates by itself, and brings a paused one back. */
import { ArrowUpToLine } from "lucide-react";
import { cn } from "@/lib/cn";
import { Button } from "./button";

interface LiveMarkProps {
  state: "live" | "paused" | "fixed" | "failing";
  onResume?: () => void;
}

const TEXT = { live: "Live", paused: "Paused", fixed: "Fixed window", failing: "Reconnecting" };

export function LiveMark({ state, onResume }: LiveMarkProps) {
  if (state === "paused" && onResume) {
    return (
      <Button
        size="sm"
        onClick={onResume}
        title="Older rows are loaded, so new ones are not added. Go back to them."
      >
        <ArrowUpToLine size={13} /> Newest
      </Button>
    );
  }
  return (
    <span role="status" className="inline-flex items-center gap-1.5 text-faint text-xs">
      <span className="relative flex size-2">
        {state === "live" && <span className="absolute inset-0 animate-ring rounded-full bg-accent" />}
        <span
          className={cn(
            "relative size-2 rounded-full",
            state === "live" ? "bg-accent" : state === "failing" ? "bg-warn" : "bg-line-strong",
          )}
        />
      </span>
      {TEXT[state]}
    </span>
  );
}
