/** Says whether a list updates by itself, and brings a paused one back. */
import { ArrowUpToLine, Pause, Play } from "lucide-react";
import { cn } from "@/lib/cn";
import { isMoving, type TimeRangeSearch } from "@/lib/time-range";
import type { LiveState } from "@/state/use-live-list";
import { Button } from "./button";

interface LiveMarkProps {
  state: LiveState;
  onResume?: () => void;
  /** Stops and starts live updates; without it the mark only tells. */
  onToggle?: () => void;
}

/** The state of what a time window shows: news come for as long as the window moves. */
export function windowState(window: TimeRangeSearch, error: Error | null): LiveState {
  if (error) return "failing";
  return isMoving(window, Date.now()) ? "live" : "fixed";
}

const TEXT = {
  live: "Live",
  paused: "Paused",
  stopped: "Stopped",
  fixed: "Fixed window",
  failing: "Reconnecting",
};

export function LiveMark({ state, onResume, onToggle }: LiveMarkProps) {
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
  const mark = (
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
  if (!onToggle || (state !== "live" && state !== "stopped")) return mark;
  return (
    <button
      type="button"
      aria-pressed={state === "live"}
      aria-label="Live updates"
      title={state === "live" ? "Stop live updates" : "Start live updates"}
      onClick={onToggle}
      className="inline-flex h-7 items-center gap-1.5 rounded-md px-1.5 hover:bg-hover"
    >
      {mark}
      {state === "live" ? (
        <Pause size={12} className="text-faint" aria-hidden />
      ) : (
        <Play size={12} className="text-faint" aria-hidden />
      )}
    </button>
  );
}
