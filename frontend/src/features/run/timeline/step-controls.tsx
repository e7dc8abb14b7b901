/** Steps through the state events: buttons, a slider, and playing them one after the other. */
import { ChevronFirst, ChevronLast, ChevronLeft, ChevronRight, Pause, Play } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { SelectField } from "@/components/ui/field";
import type { RunView, StateEvent } from "@/features/run/model/run-view";
import { eventAt, stepBy } from "@/features/run/model/stepping";
import { formatCount, plural } from "@/lib/format/number";
import { type Command, useCommands } from "@/state/commands";

/** Slow enough to read what changed. */
const PLAY_MS = 900;

interface StepControlsProps {
  run: RunView;
  /** Those that are stepped through. */
  events: StateEvent[];
  step: number | undefined;
  storeId: string | undefined;
  onStep: (step: number) => void;
  onStore: (storeId: string | undefined) => void;
}

export function StepControls({ run, events, step, storeId, onStep, onStore }: StepControlsProps) {
  const current = eventAt(events, step);
  const place = current ? events.indexOf(current) + 1 : 0;
  const move = (count: number) => onStep(stepBy(events, step, count));
  const [playing, setPlaying] = usePlaying(place < events.length, () => move(1));
  useStepCommands(events, step, onStep, () => setPlaying(!playing));
  const stores = run.detail.stores.filter((store) => store.event_count > 0);

  return (
    <div className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1.5 px-3 py-1.5">
      <div className="flex items-center">
        <StepButton label="First state" disabled={place === 0} onClick={() => onStep(0)}>
          <ChevronFirst size={15} />
        </StepButton>
        <StepButton label="Previous state change" disabled={place === 0} onClick={() => move(-1)}>
          <ChevronLeft size={15} />
        </StepButton>
        <StepButton
          label={playing ? "Pause" : "Play the state changes"}
          disabled={events.length === 0}
          onClick={() => {
            if (!playing && place >= events.length) onStep(0);
            setPlaying(!playing);
          }}
        >
          {playing ? <Pause size={14} /> : <Play size={14} />}
        </StepButton>
        <StepButton label="Next state change" disabled={place >= events.length} onClick={() => move(1)}>
          <ChevronRight size={15} />
        </StepButton>
        <StepButton
          label="Last state"
          disabled={place >= events.length}
          onClick={() => onStep(events.at(-1)?.step ?? 0)}
        >
          <ChevronLast size={15} />
        </StepButton>
      </div>
      <input
        type="range"
        aria-label="State change"
        aria-valuetext={
          current
            ? `change ${current.step} of ${run.events.length}: ${current.action ?? "set_state"}`
            : "start"
        }
        min={0}
        max={events.length}
        value={place}
        onChange={(event) => {
          const index = Number(event.target.value);
          onStep(index === 0 ? 0 : (events[index - 1]?.step ?? 0));
        }}
        className="h-6 min-w-24 flex-1 cursor-pointer accent-[var(--accent)]"
      />
      <span className="shrink-0 text-xs tnum">
        {current ? (
          <>
            change <span className="font-medium">{formatCount(current.step)}</span>
            <span className="text-faint"> of {formatCount(run.events.length)}</span>
          </>
        ) : (
          <span className="text-faint">{plural(events.length, "change")}</span>
        )}
      </span>
      {stores.length > 1 && (
        <SelectField
          label="Store"
          hideLabel
          className="h-7 w-auto max-w-52 text-xs"
          value={storeId ?? ""}
          onChange={(event) => onStore(event.target.value || undefined)}
        >
          <option value="">All {stores.length} stores</option>
          {stores.map((store) => (
            <option key={store.id} value={store.id}>
              {store.name ?? "Store"} of {store.owner_name ?? "?"} ({store.event_count})
            </option>
          ))}
        </SelectField>
      )}
    </div>
  );
}

interface StepButtonProps {
  label: string;
  disabled: boolean;
  onClick: () => void;
  children: React.ReactNode;
}

function StepButton({ label, disabled, onClick, children }: StepButtonProps) {
  return (
    <Button weight="ghost" size="icon" aria-label={label} title={label} disabled={disabled} onClick={onClick}>
      {children}
    </Button>
  );
}

function usePlaying(more: boolean, advance: () => void): [boolean, (playing: boolean) => void] {
  const [wanted, setWanted] = useState(false);
  const playing = wanted && more;
  const latest = useRef(advance);
  useEffect(() => {
    latest.current = advance;
  });
  useEffect(() => {
    if (!playing) return;
    const timer = setInterval(() => latest.current(), PLAY_MS);
    return () => clearInterval(timer);
  }, [playing]);
  return [playing, setWanted];
}

function useStepCommands(
  events: StateEvent[],
  step: number | undefined,
  onStep: (step: number) => void,
  onPlay: () => void,
): void {
  const latest = useRef({ events, step, onStep, onPlay });
  useEffect(() => {
    latest.current = { events, step, onStep, onPlay };
  });
  const commands = useMemo(() => {
    const move = (count: number) => () => {
      const now = latest.current;
      now.onStep(stepBy(now.events, now.step, count));
    };
    const command = (id: string, label: string, keys: string, run: () => void): Command => ({
      id: `run-${id}`,
      label,
      group: "Run",
      keys,
      run,
    });
    return [
      command("next", "Next state change", "ArrowRight", move(1)),
      command("previous", "Previous state change", "ArrowLeft", move(-1)),
      command("first", "First state", "Home", () => latest.current.onStep(0)),
      command("last", "Last state", "End", () =>
        latest.current.onStep(latest.current.events.at(-1)?.step ?? 0),
      ),
      command("play", "Play or pause", "k", () => latest.current.onPlay()),
    ];
  }, []);
  useCommands(commands);
}
