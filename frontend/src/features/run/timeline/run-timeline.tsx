/** When each node ran, with the state changes on it. Clicking or dragging moves through the run. */
import { type PointerEvent, useLayoutEffect, useMemo, useRef } from "react";
import { LANES_MAX, type Lane, type LaneBar, lanesOf } from "@/features/run/model/lanes";
import type { RunView, StateEvent } from "@/features/run/model/run-view";
import { stepAtTime } from "@/features/run/model/stepping";
import { cn } from "@/lib/cn";
import { formatDuration } from "@/lib/format/duration";
import { roleColor } from "@/telemetry/vocabulary/roles";

interface RunTimelineProps {
  run: RunView;
  events: StateEvent[];
  current: StateEvent | undefined;
  /** Undefined shows the whole run without a playhead. */
  timeNanos: number | undefined;
  selected: string | undefined;
  onStep: (step: number) => void;
  onSelectNode: (key: string) => void;
}

const LANE_PX = 24;

export function RunTimeline(props: RunTimelineProps) {
  const { run, events, current, timeNanos, selected, onStep, onSelectNode } = props;
  const lanes = useMemo(() => lanesOf(run), [run]);
  const total = run.durationNanos || 1;
  const byLane = useMemo(() => eventsByLane(lanes, events), [lanes, events]);

  const rows = useRef<HTMLUListElement>(null);
  const lane = current && lanes.findIndex(({ key }) => byLane.get(key)?.includes(current));
  // Stepping goes on below the edge of the timeline; its row comes along.
  useLayoutEffect(() => {
    if (lane !== undefined && lane >= 0) rows.current?.children[lane]?.scrollIntoView({ block: "nearest" });
  }, [lane]);

  function scrub(event: PointerEvent<HTMLDivElement>) {
    if (event.buttons !== 1) return;
    const box = event.currentTarget.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientX - box.left) / (box.width || 1)));
    onStep(stepAtTime(events, share * total));
  }

  return (
    <div className="grid min-w-0 grid-cols-[minmax(90px,168px)_minmax(0,1fr)]">
      <ul ref={rows} className="min-w-0 border-line border-r">
        {lanes.slice(0, LANES_MAX).map((lane) => (
          <li key={lane.key} style={{ height: LANE_PX }}>
            <button
              type="button"
              disabled={lane.nodeKey === null}
              onClick={() => lane.nodeKey !== null && onSelectNode(lane.nodeKey)}
              className={cn(
                "block size-full truncate pr-2 text-left text-2xs leading-6 enabled:hover:bg-hover",
                lane.nodeKey !== null && lane.nodeKey === selected
                  ? "font-medium text-accent-text"
                  : "text-muted",
              )}
              style={{ paddingLeft: 12 + lane.depth * 10 }}
              title={lane.label}
            >
              {lane.label}
            </button>
          </li>
        ))}
      </ul>
      <div
        className="relative min-w-0 cursor-col-resize touch-none overflow-hidden"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          scrub(event);
        }}
        onPointerMove={scrub}
      >
        {lanes.slice(0, LANES_MAX).map((lane) => (
          <div key={lane.key} className="relative mx-2 border-line/60 border-b" style={{ height: LANE_PX }}>
            {lane.bars.map((bar) => (
              <Bar key={bar.spanId} bar={bar} role={lane.role} total={total} />
            ))}
            {byLane.get(lane.key)?.map((event) => (
              <span
                key={event.step}
                title={`Change ${event.step}: ${event.action ?? "set_state"}, +${formatDuration(event.timeNanos)}`}
                className={cn(
                  "absolute top-1/2 size-[7px] -translate-x-1/2 -translate-y-1/2 rotate-45 border",
                  event.step === current?.step
                    ? "z-10 size-[10px] border-surface bg-accent"
                    : "border-surface bg-text",
                )}
                style={{ left: `${share(event.timeNanos, total)}%` }}
              />
            ))}
          </div>
        ))}
        {timeNanos !== undefined && (
          <div className="pointer-events-none absolute inset-y-0 right-2 left-2">
            <span
              className="absolute inset-y-0 w-px bg-accent transition-[left]"
              style={{ left: `${share(timeNanos, total)}%` }}
            />
          </div>
        )}
      </div>
    </div>
  );
}

function Bar({ bar, role, total }: { bar: LaneBar; role: string; total: number }) {
  const failed = bar.outcome === "failed";
  return (
    <span
      title={`${bar.label}: ${formatDuration(bar.endNanos - bar.startNanos)}, ${bar.outcome}`}
      className={cn(
        "absolute top-1.5 h-3 min-w-[3px] rounded-[3px]",
        bar.outcome === "cancelled" && "border border-warn border-dashed",
      )}
      style={{
        left: `${share(bar.startNanos, total)}%`,
        width: `${share(bar.endNanos - bar.startNanos, total)}%`,
        backgroundColor: `color-mix(in oklab, ${failed ? "var(--danger)" : roleColor(role)} 62%, transparent)`,
      }}
    />
  );
}

function share(nanos: number, total: number): number {
  return Math.min(100, Math.max(0, (nanos / total) * 100));
}

/** Events on the lane of the node that made them; those of no node on the first lane. */
function eventsByLane(lanes: readonly Lane[], events: readonly StateEvent[]): Map<string, StateEvent[]> {
  const bySpan = new Map(lanes.flatMap((lane) => lane.bars.map((bar) => [bar.spanId, lane.key] as const)));
  const keys = new Set(lanes.map(({ key }) => key));
  const found = new Map<string, StateEvent[]>();
  for (const event of events) {
    const own = event.node_key !== null && keys.has(event.node_key) ? event.node_key : undefined;
    const key = own ?? bySpan.get(event.span_id) ?? lanes[0]?.key;
    if (key === undefined) continue;
    const list = found.get(key);
    if (list) list.push(event);
    else found.set(key, [event]);
  }
  return found;
}
