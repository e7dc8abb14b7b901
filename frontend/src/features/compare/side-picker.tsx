/** Which trace stands on a side: its name, or a box to paste an id, with other traces of the same name at hand. */
import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { controlClass } from "@/components/ui/field";
import { TimeAgo } from "@/components/ui/time-ago";
import { cn } from "@/lib/cn";
import { formatDuration, nanosToNumber } from "@/lib/format/duration";
import { formatAge, nanosToIso } from "@/lib/format/time";
import type { TraceModel } from "@/telemetry/trace/build-trace";
import { sameNameQuery } from "@/telemetry/traces/traces-query";
import { asTraceId } from "@/telemetry/traces/traces-search";

interface SidePickerProps {
  side: "A" | "B";
  model: TraceModel | undefined;
  traceId: string | undefined;
  spanId: string | undefined;
  onChoose: (traceId: string) => void;
}

export function SidePicker({ side, model, traceId, spanId, onChoose }: SidePickerProps) {
  const listId = useId();
  const index = spanId === undefined ? 0 : (model?.indexById.get(spanId) ?? 0);
  const root = model?.spans[index];
  const rootName = model?.spans[0]?.name;
  const others = useQuery({ ...sameNameQuery(rootName ?? ""), enabled: rootName !== undefined });
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
      <input
        key={traceId}
        aria-label={`Trace ${side}`}
        list={listId}
        defaultValue={traceId ?? ""}
        placeholder="Paste a trace id"
        spellCheck={false}
        onChange={(event) => {
          const chosen = asTraceId(event.target.value);
          if (chosen && chosen !== traceId) onChoose(chosen);
        }}
        onFocus={(event) => event.target.select()}
        className={cn(controlClass, "ml-auto w-40 font-mono text-xs sm:w-56 xl:w-72")}
      />
      <datalist id={listId}>
        {others.data?.map((trace) => (
          <option key={trace.trace_id} value={trace.trace_id}>
            {`${trace.root_name}, ${formatDuration(nanosToNumber(trace.duration_ns))}, ${formatAge(trace.start_time, Date.now())}`}
          </option>
        ))}
      </datalist>
    </div>
  );
}
