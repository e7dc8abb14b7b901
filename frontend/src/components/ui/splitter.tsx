/** A draggable divider between two parts; also moves with the arrow keys. */
import { type KeyboardEvent, type PointerEvent, useRef } from "react";
import { cn } from "@/lib/cn";

const KEY_STEP = 0.02;

interface SplitterProps {
  /** Position as a share of the parent's width, 0 to 1. */
  value: number;
  min: number;
  max: number;
  label: string;
  onValueChange: (value: number) => void;
  className?: string;
}

export function Splitter({ value, min, max, label, onValueChange, className }: SplitterProps) {
  const bounds = useRef<DOMRect | undefined>(undefined);
  const set = (next: number) => onValueChange(Math.min(max, Math.max(min, next)));

  function handlePointerDown(event: PointerEvent<HTMLDivElement>) {
    event.preventDefault();
    event.currentTarget.setPointerCapture(event.pointerId);
    bounds.current = event.currentTarget.parentElement?.getBoundingClientRect();
  }
  function handlePointerMove(event: PointerEvent<HTMLDivElement>) {
    const box = bounds.current;
    if (box && box.width > 0) set((event.clientX - box.left) / box.width);
  }
  function handleKeyDown(event: KeyboardEvent<HTMLDivElement>) {
    if (event.key === "ArrowLeft") set(value - KEY_STEP);
    else if (event.key === "ArrowRight") set(value + KEY_STEP);
    else return;
    event.preventDefault();
  }

  return (
    // biome-ignore lint/a11y/useSemanticElements: an hr cannot be a focusable, draggable separator
    <div
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={Math.round(value * 100)}
      aria-valuemin={Math.round(min * 100)}
      aria-valuemax={Math.round(max * 100)}
      onPointerDown={handlePointerDown}
      onPointerMove={handlePointerMove}
      onPointerUp={() => {
        bounds.current = undefined;
      }}
      onKeyDown={handleKeyDown}
      className={cn(
        "group relative z-10 w-px shrink-0 cursor-col-resize touch-none bg-line",
        "after:absolute after:inset-y-0 after:-left-1 after:w-2 after:content-['']",
        "before:absolute before:inset-y-0 before:-left-px before:w-[3px] before:bg-transparent before:transition-colors hover:before:bg-accent/60 focus-visible:before:bg-accent active:before:bg-accent",
        className,
      )}
    />
  );
}
