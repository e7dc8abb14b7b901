/** The time axis above the bars, and the faint lines behind them. */
import { timeTicks } from "@/features/trace/model/ticks";
import type { TimeWindow } from "@/features/trace/model/time-window";
import { formatDuration } from "@/lib/format/duration";
import { useWidth } from "@/state/use-width";

const TICK_PX = 68;

export function TimeAxis({ window }: { window: TimeWindow }) {
  const [ref, width] = useWidth();
  const ticks = windowTicks(window, width);
  return (
    <div className="flex h-7 shrink-0 items-center border-line border-b text-2xs text-faint" aria-hidden>
      <div style={{ width: "var(--names)" }} className="shrink-0 px-3 font-medium">
        Span
      </div>
      <div ref={ref} className="relative mr-3 ml-2 h-full flex-1">
        {ticks.map((tick) => (
          <span
            key={tick}
            className="absolute top-1.5 whitespace-nowrap pl-1 tnum"
            style={{ left: `${percent(tick, window)}%` }}
          >
            {tick === 0 ? "0" : percent(tick, window) < 88 ? formatDuration(tick) : ""}
          </span>
        ))}
      </div>
    </div>
  );
}

export function TimeGrid({ window }: { window: TimeWindow }) {
  const [ref, width] = useWidth();
  const ticks = windowTicks(window, width);
  return (
    <div className="pointer-events-none absolute inset-0 flex" aria-hidden>
      <div style={{ width: "var(--names)" }} className="shrink-0" />
      <div ref={ref} className="relative mr-3 ml-2 flex-1">
        {ticks.map((tick) => (
          <span
            key={tick}
            className="absolute inset-y-0 w-px bg-line/70"
            style={{ left: `${percent(tick, window)}%` }}
          />
        ))}
      </div>
    </div>
  );
}

function windowTicks(window: TimeWindow, width: number): number[] {
  const wanted = Math.max(1, Math.floor(width / TICK_PX));
  return timeTicks(window.startNanos, window.endNanos, wanted);
}

function percent(offset: number, { startNanos, endNanos }: TimeWindow): number {
  return endNanos > startNanos ? ((offset - startNanos) / (endNanos - startNanos)) * 100 : 0;
}
