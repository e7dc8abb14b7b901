/** A small choice between two or three ways to show the same thing. */
import { cn } from "@/lib/cn";

interface SegmentedProps<V extends string> {
  label: string;
  value: V;
  options: readonly { value: V; label: string }[];
  onValueChange: (value: V) => void;
  className?: string;
}

export function Segmented<V extends string>({
  label,
  value,
  options,
  onValueChange,
  className,
}: SegmentedProps<V>) {
  return (
    <fieldset className={cn("flex shrink-0 rounded-md border border-line bg-sunken p-0.5", className)}>
      <legend className="sr-only">{label}</legend>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          onClick={() => onValueChange(option.value)}
          className={cn(
            "h-6 rounded-sm px-2 text-2xs text-muted hover:text-text",
            option.value === value && "bg-raised font-medium text-text shadow-[0_0_0_1px_var(--line)]",
          )}
        >
          {option.label}
        </button>
      ))}
    </fieldset>
  );
}
