/** The whole trace in small; dragging over it chooses the time that the waterfall shows. */
import { type PointerEvent, useLayoutEffect, useMemo, useRef, useState } from "react";
import { miniBars } from "@/features/trace/model/minimap";
import type { TimeWindow } from "@/features/trace/model/time-window";
import { useTheme } from "@/state/theme";
import { useWidth } from "@/state/use-width";
import type { TraceModel } from "@/telemetry/trace/build-trace";
import { roleColor } from "@/telemetry/vocabulary/roles";

const HEIGHT_PX = 44;
const BAR_PX = 2;
/** A shorter drag is a click, which shows the whole trace again. */
const DRAG_PX_MIN = 4;

interface MinimapProps {
  model: TraceModel;
  window: TimeWindow;
  onWindowChange: (window: TimeWindow) => void;
}

export function Minimap({ model, window, onWindowChange }: MinimapProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [measure, width] = useWidth();
  const theme = useTheme((state) => state.theme);
  const bars = useMemo(() => miniBars(model), [model]);
  const [drag, setDrag] = useState<{ from: number; to: number }>();

  // biome-ignore lint/correctness/useExhaustiveDependencies: colours change with the theme
  useLayoutEffect(() => {
    const element = canvas.current;
    // Tests run without a canvas.
    if (!element || width === 0 || typeof CanvasRenderingContext2D === "undefined") return;
    const context = element.getContext("2d");
    if (!context) return;
    const ratio = devicePixelRatio || 1;
    element.width = width * ratio;
    element.height = HEIGHT_PX * ratio;
    context.scale(ratio, ratio);
    const colors = colorReader(element);
    const rowPx = Math.min(BAR_PX + 1, (HEIGHT_PX - 4) / Math.max(1, model.spans.length));
    for (const bar of bars) {
      const span = model.spans[bar.index];
      const failed = span?.status === "error";
      context.fillStyle = colors(failed ? "var(--danger)" : roleColor(span?.role ?? null));
      context.globalAlpha = failed ? 1 : 0.75;
      const top = 2 + bar.index * rowPx;
      context.fillRect(bar.left * width, top, Math.max(1, bar.width * width), Math.max(1, rowPx - 0.5));
    }
  }, [bars, width, model, theme]);

  const share = (event: PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - box.left) / (box.width || 1)));
  };
  const shown = drag
    ? { left: Math.min(drag.from, drag.to), right: Math.max(drag.from, drag.to) }
    : { left: window.startNanos / (model.totalNanos || 1), right: window.endNanos / (model.totalNanos || 1) };

  return (
    <div className="shrink-0 border-line border-b bg-sunken px-3 py-1.5" aria-hidden>
      <div
        ref={measure}
        title="Drag to look at a part of the time; click for all of it"
        className="relative h-11 cursor-col-resize touch-none select-none overflow-hidden"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          const at = share(event);
          setDrag({ from: at, to: at });
        }}
        onPointerMove={(event) => {
          if (drag) setDrag({ ...drag, to: share(event) });
        }}
        onPointerUp={() => {
          if (!drag) return;
          setDrag(undefined);
          const [start, end] = [Math.min(drag.from, drag.to), Math.max(drag.from, drag.to)];
          const dragged = (end - start) * width >= DRAG_PX_MIN;
          onWindowChange({
            startNanos: dragged ? start * model.totalNanos : 0,
            endNanos: dragged ? end * model.totalNanos : model.totalNanos,
          });
        }}
      >
        <canvas ref={canvas} className="absolute inset-0 size-full" />
        <span className="absolute inset-y-0 left-0 bg-canvas/70" style={{ width: `${shown.left * 100}%` }} />
        <span
          className="absolute inset-y-0 right-0 bg-canvas/70"
          style={{ width: `${(1 - shown.right) * 100}%` }}
        />
        <span
          className="absolute inset-y-0 border-accent border-x"
          style={{ left: `${shown.left * 100}%`, right: `${(1 - shown.right) * 100}%` }}
        />
      </div>
    </div>
  );
}

/** A canvas knows no CSS variables: reads each colour once. */
function colorReader(element: Element): (color: string) => string {
  const style = getComputedStyle(element);
  const known = new Map<string, string>();
  return (color) => {
    const found = known.get(color) ?? style.getPropertyValue(color.slice(4, -1)).trim();
    known.set(color, found);
    return found;
  };
}
