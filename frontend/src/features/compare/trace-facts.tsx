/** How a trace that can be chosen looks in a list: when it ran, how long, what it cost, and whether it failed. */
import { TimeAgo } from "@/components/ui/time-ago";
import { formatDuration, nanosToNumber } from "@/lib/format/duration";
import type { TraceSummary } from "@/telemetry/traces/traces-query";
import { Cost } from "@/telemetry/vocabulary/numbers";
import { ErrorMark } from "@/telemetry/vocabulary/status";

export function TraceFacts({ trace }: { trace: TraceSummary }) {
  return (
    <span className="flex shrink-0 items-center gap-2.5 text-faint text-xs tnum">
      {trace.error_count > 0 && <ErrorMark count={trace.error_count} />}
      {trace.cost_usd !== null && (
        <span className="hidden sm:inline">
          <Cost usd={trace.cost_usd} unpricedCalls={trace.unpriced_calls} />
        </span>
      )}
      <span>{formatDuration(nanosToNumber(trace.duration_ns))}</span>
      <span className="min-w-14 text-right">
        <TimeAgo iso={trace.start_time} />
      </span>
    </span>
  );
}
