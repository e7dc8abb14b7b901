/** Where the time of a trace went: models, tools, and the rest, along its critical path. */
import { useMemo } from "react";
import { Hint, HintFacts } from "@/components/hint/hint";
import { Fact } from "@/components/ui/detail-header";
import { formatDuration } from "@/lib/format/duration";
import type { TraceModel } from "@/telemetry/trace/build-trace";
import { criticalPath } from "./model/critical-path";
import { type TimeSplit, timeSplit } from "./model/time-split";

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
    <Fact name="Spent on">
      <Hint content={() => <SplitCard split={split} />}>
        {shown.map(([name, nanos]) => `${name} ${formatDuration(nanos)}`).join(", ")}
      </Hint>
    </Fact>
  );
}

function SplitCard({ split }: { split: TimeSplit }) {
  return (
    <div className="grid gap-1.5">
      <HintFacts
        facts={[
          ["Models", formatDuration(split.model)],
          ["Tools and searches", formatDuration(split.tools)],
          ["Self", formatDuration(split.rest)],
          ["Critical path", formatDuration(split.total)],
        ]}
      />
      <p className="text-muted">
        The critical path is what the end of the trace waited for. Self is the application’s own work, and
        waiting that no span explains.
      </p>
    </div>
  );
}
