/** What the trace page draws: the trace as the URL folds, searches and zooms it. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { buildTrace } from "@/telemetry/trace/build-trace";
import { onlyWhatMatters } from "@/telemetry/trace/matters";
import { subtreeSums } from "@/telemetry/trace/sums";
import type { TraceData } from "@/telemetry/trace/trace-query";
import { contentSearchQuery } from "./content-search-query";
import { criticalPath } from "./model/critical-path";
import { foldedSpans, parseFolding } from "./model/folding";
import { parseWindow } from "./model/time-window";
import { visibleRows } from "./model/visible-rows";
import { previewsQuery } from "./preview-query";
import { onlyMatters, type TraceSearch } from "./trace-search";

export type TraceView = ReturnType<typeof useTraceView>;

export function useTraceView(data: TraceData, search: TraceSearch) {
  const whole = useMemo(() => buildTrace(data.spans), [data.spans]);
  const leavesOut = onlyMatters(search);
  const model = useMemo(() => (leavesOut ? onlyWhatMatters(whole) : whole), [leavesOut, whole]);
  const sums = useMemo(() => subtreeSums(whole), [whole]);
  const folding = useMemo(() => parseFolding(search.depth, search.folds), [search.depth, search.folds]);
  const folded = useMemo(() => foldedSpans(model, folding), [model, folding]);
  const found = useQuery(contentSearchQuery(data.traceId, search.find ?? ""));
  const hits = found.data?.spanIds;
  const filter = useMemo(
    () => ({ text: search.find ?? "", errorsOnly: search.errors ?? false, hits }),
    [search.find, search.errors, hits],
  );
  const visible = useMemo(() => visibleRows(model, folded, filter), [model, folded, filter]);
  const window = useMemo(() => parseWindow(search.t, model.totalNanos), [search.t, model.totalNanos]);
  const critical = useMemo(
    () => (search.critical ? criticalPath(model) : undefined),
    [search.critical, model],
  );
  const previews = useQuery(previewsQuery(whole, data.traceId, data.complete)).data;
  return { whole, model, sums, folding, folded, visible, found, window, critical, previews };
}
