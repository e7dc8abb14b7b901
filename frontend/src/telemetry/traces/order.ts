/** The order of a list of traces: how it stands in the URL, and how two traces compare in it as on the server. Pure. */
import type { Sort } from "@/components/ui/data-columns";
import type { TraceSummary } from "./traces-query";
import type { TracesSearch } from "./traces-search";

type Ordered = Pick<TracesSearch, "order" | "direction">;

export function sortOf({ order = "start", direction }: Ordered): Sort {
  return { column: order, direction: direction ?? "desc" };
}

/** The newest first leaves the URL clean. */
export function orderSearch({ column, direction }: Sort): Ordered {
  return {
    order: column === "start" ? undefined : (column as TracesSearch["order"]),
    direction: direction === "asc" ? "asc" : undefined,
  };
}

/** Negative when `a` stands before `b`. Traces without the figure come last, whatever the direction. */
export function compareTraces(
  a: TraceSummary,
  b: TraceSummary,
  { order = "start", direction }: Ordered,
): number {
  const [figureA, figureB] = [figureOf(a, order), figureOf(b, order)];
  if (figureA === null || figureB === null) {
    if (figureA !== figureB) return figureA === null ? 1 : -1;
    return byId(a, b);
  }
  const sign = direction === "asc" ? 1 : -1;
  if (figureA !== figureB) return figureA < figureB ? -sign : sign;
  return sign * byId(a, b);
}

function byId(a: TraceSummary, b: TraceSummary): number {
  if (a.trace_id === b.trace_id) return 0;
  return a.trace_id < b.trace_id ? -1 : 1;
}

function figureOf(trace: TraceSummary, order: NonNullable<TracesSearch["order"]>): bigint | number | null {
  switch (order) {
    case "start":
      return BigInt(trace.start_time_unix_nano);
    case "duration":
      return BigInt(trace.duration_ns);
    case "cost":
      return trace.cost_usd;
    case "tokens":
      if (trace.input_tokens === null && trace.output_tokens === null) return null;
      return (trace.input_tokens ?? 0) + (trace.output_tokens ?? 0);
    case "errors":
      return trace.error_count;
    case "spans":
      return trace.span_count;
  }
}
