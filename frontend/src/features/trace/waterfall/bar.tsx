/** When a span ran, as a bar on the time axis, with its duration where there is room. */
import { type CriticalPath, nanosOnPath } from "@/features/trace/model/critical-path";
import { placeInWindow, type TimeWindow } from "@/features/trace/model/time-window";
import { formatDuration } from "@/lib/format/duration";
import type { TraceModel } from "@/telemetry/trace/build-trace";
import type { TraceSpan } from "@/telemetry/trace/trace-query";
import { roleColor } from "@/telemetry/vocabulary/roles";
import { Segments } from "./segments";

interface BarProps {
  model: TraceModel;
  index: number;
  window: TimeWindow;
  critical: CriticalPath | undefined;
}

export function Bar({ model, index, window, critical }: BarProps) {
  const span = model.spans[index] as TraceSpan;
  const duration = model.durationNanos[index] ?? 0;
  const place = placeInWindow(window, model.offsetNanos[index] ?? 0, duration);
  const color = span.status === "error" ? "var(--danger)" : roleColor(span.role);
  const offPath = critical !== undefined && nanosOnPath(critical, index) === 0;
  return (
    <div className="pointer-events-none absolute inset-x-3 bottom-0 h-[5px] overflow-hidden md:relative md:inset-x-auto md:mr-3 md:ml-2 md:h-full md:min-w-0 md:flex-1">
      {place && (
        <>
          <span
            className="absolute bottom-[3px] h-[2px] min-w-[2px] rounded-[3px] md:top-1/2 md:bottom-auto md:h-[14px] md:-translate-y-1/2"
            style={{
              left: `${place.left}%`,
              width: `${place.width}%`,
              backgroundColor: color,
              opacity: offPath ? 0.3 : 0.88,
            }}
          />
          {critical && <Segments path={critical} index={index} window={window} />}
          <span
            className="absolute top-1/2 hidden -translate-y-1/2 whitespace-nowrap px-1.5 text-2xs leading-[14px] tnum md:block"
            style={labelPlace(place.left, place.left + place.width, offPath)}
          >
            {formatDuration(duration)}
          </span>
        </>
      )}
    </div>
  );
}

/** Beside the bar where there is room: after it, before it, or inside its end. */
function labelPlace(left: number, right: number, pale: boolean) {
  if (right < 84) return { left: `${right}%`, color: "var(--muted)" };
  if (left > 18) return { right: `${100 - left}%`, color: "var(--muted)" };
  return {
    right: `${100 - Math.min(right, 100)}%`,
    color: pale ? "var(--text)" : "var(--surface)",
    fontWeight: 500,
  };
}
