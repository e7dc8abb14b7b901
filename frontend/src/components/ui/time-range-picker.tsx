/** Chooses the time window: presets, or two exact ends in local time. */
import { CalendarClock, Check, ChevronDown } from "lucide-react";
import { Popover } from "radix-ui";
import { type FormEvent, useState } from "react";
import { cn } from "@/lib/cn";
import {
  DEFAULT_PRESET,
  describeTimeRange,
  PRESETS,
  type PresetId,
  type TimeRangeSearch,
  toLocalInput,
} from "@/lib/time-range";
import { Button, buttonClass } from "./button";
import { Field } from "./field";

/** The way out of an empty window; nothing when all time is shown already. */
export function AllTimeButton({ value, onValueChange }: TimeRangePickerProps) {
  if (value.range === "all" && value.from === undefined && value.to === undefined) return null;
  return <Button onClick={() => onValueChange(presetSearch("all"))}>Look at all time</Button>;
}

interface TimeRangePickerProps {
  value: TimeRangeSearch;
  onValueChange: (value: TimeRangeSearch) => void;
}

export function TimeRangePicker({ value, onValueChange }: TimeRangePickerProps) {
  const [open, setOpen] = useState(false);
  const exact = value.from !== undefined || value.to !== undefined;

  function choose(next: TimeRangeSearch) {
    onValueChange(next);
    setOpen(false);
  }

  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger
        className={cn(buttonClass("secondary"), "px-2.5")}
        aria-label={`Time range: ${describeTimeRange(value)}`}
      >
        <CalendarClock size={15} className="text-faint" />
        <span className="max-w-56 truncate tnum">{describeTimeRange(value)}</span>
        <ChevronDown size={14} className="text-faint" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="end"
          sideOffset={6}
          collisionPadding={8}
          className="z-50 w-64 animate-pop rounded-lg border border-line-strong bg-raised p-1 shadow-pop"
        >
          <ul aria-label="Presets">
            {PRESETS.map((preset) => {
              const chosen = !exact && (value.range ?? DEFAULT_PRESET) === preset.id;
              return (
                <li key={preset.id}>
                  <button
                    type="button"
                    aria-pressed={chosen}
                    onClick={() => choose(presetSearch(preset.id))}
                    className="flex h-8 w-full items-center rounded-md px-2 text-sm hover:bg-hover"
                  >
                    <span className="flex-1 text-left">{preset.label}</span>
                    {chosen && <Check size={14} className="text-accent-text" />}
                  </button>
                </li>
              );
            })}
          </ul>
          <ExactForm value={value} onApply={choose} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function ExactForm({
  value,
  onApply,
}: {
  value: TimeRangeSearch;
  onApply: (value: TimeRangeSearch) => void;
}) {
  function handleSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const from = String(form.get("from"));
    const to = String(form.get("to"));
    if (!from && !to) return;
    onApply({
      range: undefined,
      from: from ? new Date(from).toISOString() : undefined,
      to: to ? new Date(to).toISOString() : undefined,
    });
  }
  return (
    <form onSubmit={handleSubmit} className="mt-1 grid gap-2 border-line border-t p-2">
      <Field
        label="From"
        name="from"
        type="datetime-local"
        defaultValue={value.from ? toLocalInput(value.from) : ""}
      />
      <Field
        label="To"
        name="to"
        type="datetime-local"
        defaultValue={value.to ? toLocalInput(value.to) : ""}
      />
      <Button type="submit" size="sm">
        Apply exact range
      </Button>
    </form>
  );
}

/** The default preset leaves the URL clean. */
function presetSearch(id: PresetId): TimeRangeSearch {
  return { range: id === DEFAULT_PRESET ? undefined : id, from: undefined, to: undefined };
}
