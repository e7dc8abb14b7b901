/** Where the time of a trace went: its critical path by what the spans on it do. Pure. */
import type { TraceModel } from "@/telemetry/trace/build-trace";
import { type CriticalPath, nanosOnPath } from "./critical-path";

/** Nanoseconds; together they are as long as the path. */
export interface TimeSplit {
  model: number;
  tools: number;
  /** Everything else: the application's own work, waiting, and spans that nobody recorded. */
  rest: number;
  total: number;
}

const MODEL = new Set(["llm", "embedding", "reranker"]);
const TOOLS = new Set(["tool", "retriever"]);

/** What runs below a model call or a tool belongs to it: an HTTP request of a client library, for example. */
export function timeSplit(trace: TraceModel, path: CriticalPath): TimeSplit {
  const split: TimeSplit = { model: 0, tools: 0, rest: 0, total: 0 };
  const kinds = new Array<"model" | "tools" | "rest">(trace.spans.length);
  for (const [index, { role }] of trace.spans.entries()) {
    const above = kinds[trace.parent[index] ?? -1] ?? "rest";
    // An agent below a tool works again for itself.
    const kind = MODEL.has(role ?? "")
      ? "model"
      : TOOLS.has(role ?? "")
        ? "tools"
        : role === "agent"
          ? "rest"
          : above;
    kinds[index] = kind;
    const nanos = nanosOnPath(path, index);
    split[kind] += nanos;
    split.total += nanos;
  }
  return split;
}
