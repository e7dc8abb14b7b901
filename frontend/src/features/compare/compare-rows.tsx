/** The aligned spans: name, when each side ran on a common scale, and how the durations differ. Virtualised. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef } from "react";
import { cn } from "@/lib/cn";
import { formatDuration } from "@/lib/format/duration";
import type { TraceModel } from "@/telemetry/trace/build-trace";
import { RoleMark } from "@/telemetry/vocabulary/role-mark";
import { roleColor } from "@/telemetry/vocabulary/roles";
import { ErrorMark } from "@/telemetry/vocabulary/status";
import { type AlignedRow, differenceOf, isNotable } from "./align";
import { formatChange } from "./chain";

interface CompareRowsProps {
  a: TraceModel;
  b: TraceModel;
  rows: AlignedRow[];
  startA: number;
  startB: number;
  totalNanos: number;
  chosen: AlignedRow | undefined;
  onChoose: (row: AlignedRow) => void;
}

const ROW_PX = 34;
const INDENT_LEVELS_MAX = 12;

export function CompareRows(props: CompareRowsProps) {
  const { a, b, rows, chosen, onChoose } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
    initialRect: { width: 800, height: 800 },
  });
  if (rows.length === 0) return <p className="p-6 text-faint text-sm">No notable difference.</p>;
  return (
    <div ref={scroller} className="min-h-0 min-w-0 flex-1 overflow-auto">
      <ul aria-label="Aligned spans" className="relative" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map((item) => {
          const row = rows[item.index];
          if (!row) return null;
          return (
            <li
              key={item.key}
              className="absolute inset-x-0"
              style={{ height: item.size, transform: `translateY(${item.start}px)` }}
            >
              <Row {...props} row={row} selected={row === chosen} onClick={() => onChoose(row)} a={a} b={b} />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

interface RowProps extends CompareRowsProps {
  row: AlignedRow;
  selected: boolean;
  onClick: () => void;
}

function Row({ a, b, row, startA, startB, totalNanos, selected, onClick }: RowProps) {
  const span = a.spans[row.a] ?? b.spans[row.b];
  const difference = differenceOf(a, b, row);
  const failed = a.spans[row.a]?.status === "error" || b.spans[row.b]?.status === "error";
  return (
    <button
      type="button"
      aria-pressed={selected}
      onClick={onClick}
      className={cn(
        "flex size-full items-center gap-2 border-line border-b px-3 text-left hover:bg-hover",
        difference.kind === "only_a" && "bg-danger/6",
        difference.kind === "only_b" && "bg-ok/7",
        selected && "bg-accent/12 shadow-[inset_2px_0_var(--accent)]",
      )}
    >
      <span
        className="flex w-[62%] min-w-0 items-center gap-2 [--indent:7px] sm:w-[38%] sm:[--indent:14px]"
        style={{ paddingLeft: `calc(${Math.min(row.depth, INDENT_LEVELS_MAX)} * var(--indent))` }}
      >
        <RoleMark spanRole={span?.role ?? null} kind={span?.kind ?? "internal"} />
        <span className="min-w-0 truncate">{span?.name || "(no name)"}</span>
        {failed && <ErrorMark />}
        {difference.kind !== "same" && (
          <span className="shrink-0 rounded-sm border border-line-strong px-1 text-2xs text-muted">
            <span className="max-sm:sr-only">only </span>
            {difference.kind === "only_a" ? "A" : "B"}
          </span>
        )}
      </span>
      <span className="relative grid h-full min-w-0 flex-1 grid-rows-2" aria-hidden>
        <Bar model={a} index={row.a} start={startA} total={totalNanos} side="a" />
        <Bar model={b} index={row.b} start={startB} total={totalNanos} side="b" />
      </span>
      <span className="hidden w-32 shrink-0 justify-end gap-2 text-right text-xs tnum sm:flex">
        <span className="text-faint">{row.a < 0 ? "–" : formatDuration(a.durationNanos[row.a] ?? 0)}</span>
        <span>{row.b < 0 ? "–" : formatDuration(b.durationNanos[row.b] ?? 0)}</span>
      </span>
      <span
        className={cn(
          "w-10 shrink-0 text-right sm:w-14 text-xs tnum",
          difference.ratio !== null && isNotable(difference)
            ? difference.ratio > 1
              ? "font-medium text-danger-text"
              : "font-medium text-ok"
            : "text-faint",
        )}
      >
        {difference.ratio === null ? "" : formatChange(difference.ratio)}
      </span>
    </button>
  );
}

interface BarProps {
  model: TraceModel;
  index: number;
  start: number;
  total: number;
  side: "a" | "b";
}

function Bar({ model, index, start, total, side }: BarProps) {
  if (index < 0) return <span />;
  const left = total > 0 ? (((model.offsetNanos[index] ?? 0) - start) / total) * 100 : 0;
  const width = total > 0 ? ((model.durationNanos[index] ?? 0) / total) * 100 : 0;
  const span = model.spans[index];
  return (
    <span className="relative">
      <span
        className={cn(
          "absolute h-[7px] min-w-[2px] rounded-[2px]",
          side === "a" ? "bottom-[2px]" : "top-[2px]",
        )}
        style={{
          left: `${Math.max(0, left)}%`,
          width: `${Math.min(100, width)}%`,
          backgroundColor: span?.status === "error" ? "var(--danger)" : roleColor(span?.role),
          opacity: side === "a" ? 0.45 : 0.95,
        }}
      />
    </span>
  );
}
