/** From a trace to its comparison with the run before: offered in the head of the trace page. */
import { Link } from "@tanstack/react-router";
import { GitCompareArrows } from "lucide-react";
import { buttonClass } from "@/components/ui/button";
import type { ActionTrace, TraceButton } from "@/telemetry/slots/trace-actions";

function CompareButton({ trace }: { trace: ActionTrace }) {
  return (
    <Link
      to="/compare"
      search={{ b: trace.traceId, against: "previous" }}
      aria-label="Compare"
      className={buttonClass("ghost", "sm")}
    >
      <GitCompareArrows size={13} /> <span className="hidden sm:inline">Compare</span>
    </Link>
  );
}

export const compareButton: TraceButton = { id: "compare", Button: CompareButton };
