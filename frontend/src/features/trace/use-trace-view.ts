/** What the trace page draws: the trace as the URL folds, searches and zooms it. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { buildTrace } from "@/telemetry/trace/build-trace";
import type { TraceData } from "@/telemetry/trace/trace-query";
import { criticalPath } from "./model/critical-path";
import { foldedSpans, parseFolding } from "./model/folding";
import { parseWindow } from "./model/time-window";
import { visibleRows } from "./model/visible-rows";
import { previewsQuery } from "./preview-query";
import type { TraceSearch } from "./trace-search";

export type TraceView = ReturnType<typeof useTraceView>;

export function useTraceView(data: TraceData, search: TraceSearch) {
  const model = useMemo(() => buildTrace(data.spans), [data.spans]);
  const folding = useMemo(() => parseFolding(search.depth, search.folds), [search.depth, search.folds]);
  const folded = useMemo(() => foldedSpans(model, folding), [model, folding]);
  const filter = useMemo(
    () => ({ text: search.find ?? "", errorsOnly: search.errors ?? false }),
    [search.find, search.errors],
  );
  const visible = useMemo(() => visibleRows(model, folded, filter), [model, folded, filter]);
  const window = useMemo(() => parseWindow(search.t, model.totalNanos), [search.t, model.totalNanos]);
  const critical = useMemo(
    () => (search.critical ? criticalPath(model) : undefined),
    [search.critical, model],
  );
  const previews = useQuery(previewsQuery(model, data.traceId, data.complete)).data;
  return { model, folding, folded, visible, window, critical, previews };
}
