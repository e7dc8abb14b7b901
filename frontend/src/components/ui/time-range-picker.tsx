/** Chooses the time window: presets, or two exact ends; and the zone in which times are shown. */
import { CalendarClock, Check, ChevronDown } from "lucide-react";
import { Popover } from "radix-ui";
import { type FormEvent, useState } from "react";
import { cn } from "@/lib/cn";
import { fromZoneInput, zoneChoices } from "@/lib/format/zone";
import {
  DEFAULT_PRESET,
  describeTimeRange,
  PRESETS,
  type PresetId,
  type TimeRangeSearch,
} from "@/lib/time-range";
import { usePreferences } from "@/state/preferences";
import { Button, buttonClass } from "./button";
import { TimeField } from "./time-field";

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
        <span className="max-w-80 truncate tnum">{describeTimeRange(value)}</span>
        <ChevronDown size={14} className="text-faint" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="end"
          sideOffset={6}
          collisionPadding={8}
          className="z-50 w-72 animate-pop rounded-lg border border-line-strong bg-raised p-1 shadow-pop"
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
          <ZoneSwitch />
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
  const [errors, setErrors] = useState<{ from?: string; to?: string }>({});
  function handleSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const typed = { from: String(form.get("from")).trim(), to: String(form.get("to")).trim() };
    const from = fromZoneInput(typed.from);
    const to = fromZoneInput(typed.to);
    const found = {
      ...(typed.from !== "" && from === undefined ? { from: UNREADABLE } : {}),
      ...(typed.to !== "" && to === undefined ? { to: UNREADABLE } : {}),
      ...(from !== undefined && to !== undefined && from >= to ? { to: "This is not after From." } : {}),
    };
    setErrors(found);
    if (Object.keys(found).length > 0 || (from === undefined && to === undefined)) return;
    onApply({ range: undefined, from, to });
  }
  return (
    <form onSubmit={handleSubmit} noValidate className="mt-1 grid gap-2 border-line border-t p-2">
      <TimeField label="From" name="from" iso={value.from} error={errors.from} />
      <TimeField label="To" name="to" iso={value.to} error={errors.to} />
      <Button type="submit" size="sm">
        Apply exact range
      </Button>
    </form>
  );
}

const UNREADABLE = "Write it like 2026-11-21 14:30.";

/** In which zone times are shown and typed, here and on every page. */
function ZoneSwitch() {
  const { timeZone, update } = usePreferences();
  const [now] = useState(Date.now);
  return (
    <fieldset className="mt-1 grid gap-0.5 border-line border-t p-1 pt-1.5">
      <legend className="sr-only">Time zone</legend>
      {zoneChoices(now).map((zone) => (
        <button
          key={zone.value}
          type="button"
          aria-pressed={zone.value === timeZone}
          onClick={() => update({ timeZone: zone.value })}
          className="flex h-7 items-center rounded-md px-1.5 text-muted text-xs hover:bg-hover aria-pressed:text-text"
        >
          <span className="flex-1 truncate text-left">{zone.label}</span>
          {zone.value === timeZone && <Check size={13} className="text-accent-text" />}
        </button>
      ))}
    </fieldset>
  );
}

/** The default preset leaves the URL clean. */
function presetSearch(id: PresetId): TimeRangeSearch {
  return { range: id === DEFAULT_PRESET ? undefined : id, from: undefined, to: undefined };
}
