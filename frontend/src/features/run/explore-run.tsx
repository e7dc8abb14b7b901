/** From the span of a run to the run: offered in the span panel. */
import { Link } from "@tanstack/react-router";
import { Workflow } from "lucide-react";
import { buttonClass } from "@/components/ui/button";
import type { SpanAction } from "@/telemetry/slots/span-actions";
import type { SpanDetail } from "@/telemetry/trace/span-query";
import { isRunKind } from "@/telemetry/vocabulary/runs";

/** Other SDKs have workflows and agents as well; only runs of the Junjo SDK have a graph and states to explore. */
function isJunjoRun(span: SpanDetail): boolean {
  const type = span.attributes["junjo.span_type"];
  return typeof type === "string" && isRunKind(type);
}

function ExploreRun({ span }: { span: SpanDetail }) {
  return (
    <Link
      to="/runs/$traceId/$spanId"
      params={{ traceId: span.trace_id, spanId: span.span_id }}
      className={buttonClass("secondary", "sm")}
    >
      <Workflow size={13} /> Explore run
    </Link>
  );
}

export const exploreRun: SpanAction = { id: "explore-run", appliesTo: isJunjoRun, Button: ExploreRun };
