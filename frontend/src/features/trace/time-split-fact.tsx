/** Where the time of a trace went: models, tools, and the rest, along its critical path. */
import { useMemo } from "react";
import { Fact } from "@/components/ui/detail-header";
import { formatDuration } from "@/lib/format/duration";
import type { TraceModel } from "@/telemetry/trace/build-trace";
import { criticalPath } from "./model/critical-path";
import { timeSplit } from "./model/time-split";

/** The path through a larger trace takes longer to find than the page may wait; the waterfall finds it on demand. */
const SPANS_MAX = 20_000;

export function TimeSplitFact({ model, complete }: { model: TraceModel; complete: boolean }) {
  const told = complete && model.spans.length <= SPANS_MAX;
  const split = useMemo(() => (told ? timeSplit(model, criticalPath(model)) : undefined), [told, model]);
  if (!split || split.model + split.tools === 0) return null;
  const parts: [string, number][] = [
    ["model", split.model],
    ["tools", split.tools],
    ["self", split.rest],
  ];
  const shown = parts.filter(([, nanos]) => nanos > 0);
  return (
    <Fact name="Of it">
      <span
        title={`Of the critical path (${formatDuration(split.total)}): what the end of the trace waited for. Self is the application's own work and waiting.`}
      >
        {shown.map(([name, nanos]) => `${name} ${formatDuration(nanos)}`).join(", ")}
      </span>
    </Fact>
  );
}
