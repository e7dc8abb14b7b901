/** Who calls a service and whom it calls, drawn from spans whose parent is in another service. */
import { useQueries, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArrowRight, Boxes } from "lucide-react";
import { Skeleton } from "@/components/ui/states";
import { cn } from "@/lib/cn";
import { formatDuration } from "@/lib/format/duration";
import { plural } from "@/lib/format/number";
import { formatShare } from "@/lib/format/share";
import type { TimeRangeSearch } from "@/lib/time-range";
import { fewTracesQuery } from "@/telemetry/traces/traces-query";
import { callsBetween, type ServiceCall } from "./service-calls";
import { traceSampleQuery } from "./trace-sample-query";

interface ServiceMapProps {
  service: string;
  window: TimeRangeSearch;
}

/** Traces that are read for it: enough to see who talks to whom, few enough to be quick. */
const TRACES_MAX = 20;

export function ServiceMap({ service, window }: ServiceMapProps) {
  const list = useQuery(fewTracesQuery(window, { service }));
  const traces = (list.data ?? []).filter((trace) => trace.services.length > 1).slice(0, TRACES_MAX);
  const samples = useQueries({ queries: traces.map((trace) => traceSampleQuery(trace.trace_id)) });
  const pending = list.isPending || samples.some((sample) => sample.isPending);
  const error = list.error ?? samples.find((sample) => sample.error)?.error;
  const calls = callsBetween(samples.flatMap((sample) => (sample.data ? [sample.data] : [])));
  const inward = calls.filter((call) => call.callee === service);
  const outward = calls.filter((call) => call.caller === service);
  return (
    <section className="grid min-w-0 gap-3 rounded-lg border border-line p-3" aria-label="Service map">
      <div className="flex flex-wrap items-baseline gap-x-3">
        <h2 className="font-medium text-sm">Service map</h2>
        <p className="text-faint text-xs">
          {traces.length === 0
            ? "from traces over several services"
            : `from the newest ${plural(traces.length, "trace")} over several services`}
        </p>
      </div>
      {pending && <Skeleton className="h-24" />}
      {!pending && error && (
        <p role="alert" className="text-danger-text text-sm">
          {error.message}
        </p>
      )}
      {!pending && !error && inward.length + outward.length === 0 && (
        <p className="py-6 text-center text-faint text-sm">
          No call to or from another service in the newest traces of this window.
        </p>
      )}
      {!pending && inward.length + outward.length > 0 && (
        <div className="grid min-w-0 items-center gap-3 md:grid-cols-[minmax(0,1fr)_auto_minmax(0,1fr)]">
          <Side calls={inward} other="caller" window={window} />
          <span className="flex min-w-0 items-center gap-2 justify-self-center rounded-lg border border-accent/40 bg-accent/8 px-3 py-2 font-medium text-sm">
            <Boxes size={15} className="shrink-0 text-accent-text" aria-hidden />
            <span className="min-w-0 truncate">{service}</span>
          </span>
          <Side calls={outward} other="callee" window={window} />
        </div>
      )}
    </section>
  );
}

interface SideProps {
  calls: readonly ServiceCall[];
  /** Which end of the calls is the other service. */
  other: "caller" | "callee";
  window: TimeRangeSearch;
}

function Side({ calls, other, window }: SideProps) {
  const inward = other === "caller";
  if (calls.length === 0) {
    return (
      <p className={cn("text-faint text-xs", inward && "md:text-right")}>
        {inward ? "Called by no other service" : "Calls no other service"}
      </p>
    );
  }
  return (
    <ul className="grid min-w-0 gap-1.5" aria-label={inward ? "Called by" : "Calls"}>
      {calls.map((call) => (
        <li
          key={call[other]}
          className={cn("flex min-w-0 items-center gap-2", inward ? "md:flex-row-reverse" : "")}
        >
          <ArrowRight size={15} className="shrink-0 text-faint" aria-hidden />
          <span className="grid min-w-0 rounded-lg border border-line bg-sunken px-2.5 py-1.5">
            <Link
              to="/services/$service"
              params={{ service: call[other] }}
              search={window}
              className="min-w-0 truncate font-medium text-sm hover:underline"
            >
              {call[other]}
            </Link>
            <span className="text-2xs text-faint tnum">
              {plural(call.count, "call")}, {formatDuration(call.totalNanos / call.count)} on average
              {call.errorCount > 0 && (
                <span className="text-danger-text">, {formatShare(call.errorCount, call.count)} failed</span>
              )}
            </span>
          </span>
        </li>
      ))}
    </ul>
  );
}
