/** Which trace stands on a side: its name, other runs of that name at hand, and a box to paste any id. */
import { useQuery } from "@tanstack/react-query";
import { ChevronDown } from "lucide-react";
import { Button } from "@/components/ui/button";
import { controlClass } from "@/components/ui/field";
import { Menu, MenuItem, MenuLabel, MenuSeparator } from "@/components/ui/menu";
import { TimeAgo } from "@/components/ui/time-ago";
import { cn } from "@/lib/cn";
import { formatDuration, nanosToNumber } from "@/lib/format/duration";
import { nanosToIso } from "@/lib/format/time";
import type { TraceModel } from "@/telemetry/trace/build-trace";
import type { TraceSummary } from "@/telemetry/traces/traces-query";
import { asTraceId } from "@/telemetry/traces/traces-search";
import { comparisonsQuery } from "./compare-query";
import { PROPOSAL_WORDS } from "./propose";
import { TraceFacts } from "./trace-facts";

interface SidePickerProps {
  side: "A" | "B";
  model: TraceModel | undefined;
  traceId: string | undefined;
  spanId: string | undefined;
  /** The trace that the other runs are proposed for: that of the other side, or this one while there is no other. */
  anchor: TraceSummary | undefined;
  onChoose: (traceId: string) => void;
}

export function SidePicker({ side, model, traceId, spanId, anchor, onChoose }: SidePickerProps) {
  const index = spanId === undefined ? 0 : (model?.indexById.get(spanId) ?? 0);
  const root = model?.spans[index];
  return (
    <div className="flex min-w-0 items-center gap-2.5">
      <span
        className={cn(
          "grid size-6 shrink-0 place-items-center rounded-md font-semibold text-xs",
          side === "A" ? "bg-hover text-muted" : "bg-accent/15 text-accent-text",
        )}
      >
        {side}
      </span>
      {root && (
        <span className="grid min-w-0">
          <span className="truncate font-medium">{root.name}</span>
          <span className="text-faint text-xs tnum">
            {formatDuration(nanosToNumber(root.duration_ns))} ·{" "}
            <TimeAgo iso={nanosToIso(root.start_time_unix_nano)} />
          </span>
        </span>
      )}
      <div className="ml-auto flex min-w-0 items-center gap-1.5">
        {anchor && <OtherRuns side={side} anchor={anchor} traceId={traceId} onChoose={onChoose} />}
        <input
          key={traceId}
          aria-label={`Trace ${side}`}
          defaultValue={traceId ?? ""}
          placeholder="Paste a trace id"
          spellCheck={false}
          onChange={(event) => {
            const chosen = asTraceId(event.target.value);
            if (chosen && chosen !== traceId) onChoose(chosen);
          }}
          onFocus={(event) => event.target.select()}
          className={cn(controlClass, "w-28 min-w-0 font-mono text-xs sm:w-36 xl:w-72")}
        />
      </div>
    </div>
  );
}

interface OtherRunsProps {
  side: "A" | "B";
  anchor: TraceSummary;
  traceId: string | undefined;
  onChoose: (traceId: string) => void;
}

function OtherRuns({ side, anchor, traceId, onChoose }: OtherRunsProps) {
  const comparisons = useQuery(comparisonsQuery(anchor));
  const { proposals = [], others = [] } = comparisons.data ?? {};
  const trigger = (
    <Button size="sm" aria-label={`Another run for ${side}`} className="shrink-0">
      <span className="hidden sm:inline">Run</span> <ChevronDown size={13} />
    </Button>
  );
  return (
    <Menu
      trigger={trigger}
      align="end"
      className="max-h-[60dvh] w-[min(26rem,calc(100vw-1rem))] overflow-y-auto"
    >
      {proposals.map(({ kind, trace }) => (
        <RunItem key={kind} label={PROPOSAL_WORDS[kind]} trace={trace} onChoose={onChoose} />
      ))}
      {others.length > 0 && (
        <>
          <MenuSeparator />
          <MenuLabel>Recent runs of {anchor.root_name || "(no name)"}</MenuLabel>
        </>
      )}
      {others.map((trace) => (
        <RunItem
          key={trace.trace_id}
          label={trace.trace_id === traceId ? "shown" : trace.trace_id.slice(0, 8)}
          trace={trace}
          onChoose={onChoose}
        />
      ))}
      {comparisons.isPending && <MenuLabel>Loading…</MenuLabel>}
      {comparisons.error && <MenuLabel>{comparisons.error.message}</MenuLabel>}
      {comparisons.data && others.length === 0 && <MenuLabel>No other run of this name</MenuLabel>}
    </Menu>
  );
}

interface RunItemProps {
  label: string;
  trace: TraceSummary;
  onChoose: (traceId: string) => void;
}

function RunItem({ label, trace, onChoose }: RunItemProps) {
  return (
    <MenuItem onSelect={() => onChoose(trace.trace_id)}>
      <span className="min-w-0 flex-1 truncate">{label}</span>
      <TraceFacts trace={trace} />
    </MenuItem>
  );
}
