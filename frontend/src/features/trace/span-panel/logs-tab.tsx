/** Log records of the span, or of the whole trace: when, how bad, what; each unfolds to everything it carries. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { buttonClass } from "@/components/ui/button";
import { Segmented } from "@/components/ui/segmented";
import { ErrorState, Skeleton } from "@/components/ui/states";
import { cn } from "@/lib/cn";
import { formatDuration } from "@/lib/format/duration";
import { plural } from "@/lib/format/number";
import { formatExactNanos } from "@/lib/format/time";
import { LogDetails } from "@/telemetry/logs/log-details";
import { attributeLine, bodyLine, recordKey } from "@/telemetry/logs/log-text";
import { type LogRecord, traceLogsQuery } from "@/telemetry/logs/logs-query";
import { SeverityMark } from "@/telemetry/logs/severity-mark";
import type { TraceModel } from "@/telemetry/trace/build-trace";

interface LogsTabProps {
  traceId: string;
  spanId: string;
  model: TraceModel;
  onSelectSpan: (spanId: string) => void;
}

export function LogsTab({ traceId, spanId, model, onSelectSpan }: LogsTabProps) {
  const [scope, setScope] = useState<"span" | "trace">("span");
  const logs = useQuery(traceLogsQuery(traceId, model.spans.length, scope === "span" ? spanId : undefined));
  const { data } = logs;
  return (
    <div className="grid min-w-0 gap-3">
      <div className="flex items-center gap-2">
        <Segmented label="Whose records" value={scope} options={SCOPES} onValueChange={setScope} />
        {data && (
          <span className="text-2xs text-faint tnum">
            {data.cut ? "newest " : ""}
            {plural(data.records.length, "record")}
          </span>
        )}
        <Link
          to="/logs"
          search={{ trace: traceId, range: "all" }}
          className={cn(buttonClass("ghost", "sm"), "ml-auto")}
        >
          All in Logs
        </Link>
      </div>
      {logs.isPending && <Skeleton className="h-24 w-full" />}
      {logs.error && !data && <ErrorState error={logs.error} onRetry={() => logs.refetch()} />}
      {data?.records.length === 0 && (
        <p className="text-faint text-sm">
          {scope === "span" ? "No log record names this span." : "No log record names this trace."}
        </p>
      )}
      {data && data.records.length > 0 && (
        <ol aria-label="Log records" className="min-w-0 overflow-hidden rounded-lg border border-line">
          {data.records.map((record) => (
            <Record
              key={recordKey(record)}
              record={record}
              model={model}
              {...(scope === "trace" ? { onSelectSpan } : {})}
            />
          ))}
        </ol>
      )}
    </div>
  );
}

const SCOPES = [
  { value: "span", label: "This span" },
  { value: "trace", label: "Whole trace" },
] as const;

interface RecordProps {
  record: LogRecord;
  model: TraceModel;
  /** Set where records of other spans are shown as well. */
  onSelectSpan?: (spanId: string) => void;
}

function Record({ record, model, onSelectSpan }: RecordProps) {
  const [open, setOpen] = useState(false);
  const body = bodyLine(record);
  const at = record.span_id === null ? undefined : model.indexById.get(record.span_id);
  const span = at === undefined ? undefined : model.spans[at];
  return (
    <li className="min-w-0 border-line border-b last:border-b-0">
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="flex w-full min-w-0 items-baseline gap-2 px-2.5 py-1.5 text-left hover:bg-hover focus-visible:-outline-offset-2"
      >
        <ChevronRight
          size={13}
          aria-hidden
          className={cn("shrink-0 translate-y-[2px] text-faint transition-transform", open && "rotate-90")}
        />
        <span
          className="w-16 shrink-0 text-right font-mono text-2xs text-faint tnum"
          title={formatExactNanos(record.time_unix_nano)}
        >
          +{formatDuration(sinceStart(record, model))}
        </span>
        <SeverityMark record={record} className="w-13 shrink-0" />
        <span className="flex min-w-0 flex-1 flex-wrap items-baseline gap-x-2">
          {record.event_name && (
            <span className="max-w-full truncate font-mono text-accent-text text-xs">
              {record.event_name}
            </span>
          )}
          <span
            className={cn(
              "min-w-0 max-w-full truncate text-sm",
              body === "" && "font-mono text-faint text-xs",
            )}
          >
            {body || attributeLine(record)}
          </span>
        </span>
      </button>
      {onSelectSpan && span && (
        <button
          type="button"
          onClick={() => onSelectSpan(span.span_id)}
          className="mb-1.5 ml-29 max-w-[60%] truncate text-2xs text-accent-text hover:underline"
        >
          {span.name}
        </button>
      )}
      {open && (
        <div className="min-w-0 border-line border-t bg-canvas p-3">
          <LogDetails record={record} />
        </div>
      )}
    </li>
  );
}

function sinceStart(record: LogRecord, model: TraceModel): number {
  const own = record.time_unix_nano === "0" ? record.observed_time_unix_nano : record.time_unix_nano;
  return own === "0" ? 0 : Number(BigInt(own) - model.startUnixNano);
}
