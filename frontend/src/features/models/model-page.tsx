/** One model: how often it was called, how fast and for how much, how it failed, in which versions and for whom. */
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Sparkles } from "lucide-react";
import { lazy, Suspense, useMemo } from "react";
import { BackLink } from "@/components/ui/detail-header";
import { LiveMark, windowState } from "@/components/ui/live-mark";
import { PageBody } from "@/components/ui/page";
import { EmptyState, ErrorState, Skeleton, StaleNotice } from "@/components/ui/states";
import { AllTimeButton, TimeRangePicker } from "@/components/ui/time-range-picker";
import { exactRange } from "@/lib/time-range";
import { useSearchState } from "@/state/use-search-state";
import { useEarliest } from "@/telemetry/services/use-earliest";
import { fillBuckets, NO_BUCKETS } from "@/telemetry/stats/buckets";
import { costChart, countChart, durationChart, tokensChart } from "@/telemetry/stats/chart-data";
import { statsQuery } from "@/telemetry/stats/stats-query";
import { ModelTables } from "./model-tables";
import { ModelTiles } from "./model-tiles";

const StatCharts = lazy(() => import("@/telemetry/stats/stat-charts"));
const route = getRouteApi("/app/models/$model");

export function ModelPage() {
  const { model } = route.useParams();
  const [search, onSearchChange] = useSearchState("/app/models/$model");
  const earliest = useEarliest();
  const window = { range: search.range, from: search.from, to: search.to };
  const calls = { of: "spans", role: "llm", model } as const;
  const series = useQuery(statsQuery(window, { ...calls, interval: "auto" }, earliest));
  const totals = useQuery(statsQuery(window, { ...calls, interval: "none" }, earliest));
  const charts = useMemo(() => {
    const buckets = series.data ? fillBuckets(series.data) : NO_BUCKETS;
    return [countChart(buckets, "Calls"), durationChart(buckets), tokensChart(buckets), costChart(buckets)];
  }, [series.data]);
  const error = totals.error ?? series.error;
  const sum = totals.data?.totals[0];
  return (
    <>
      <header className="flex min-h-13 shrink-0 flex-wrap items-center gap-x-3 gap-y-2 border-line border-b px-4 py-2.5">
        <title>{`${model} · Junjo`}</title>
        <BackLink to="/models" search={window} label="Models" />
        <h1 className="min-w-0 truncate font-semibold text-lg tracking-tight">{model}</h1>
        <LiveMark state={windowState(search, error)} />
        <div className="ml-auto flex flex-wrap items-center gap-2">
          <Link
            to="/traces"
            search={{ ...window, model }}
            className="text-accent-text text-sm hover:underline"
          >
            Traces
          </Link>
          <TimeRangePicker value={search} onValueChange={onSearchChange} />
        </div>
      </header>
      {error && totals.data && <StaleNotice error={error} />}
      <PageBody>
        {error && !totals.data && <ErrorState error={error} onRetry={() => void totals.refetch()} />}
        {totals.data && (sum?.count ?? 0) === 0 && (
          <EmptyState
            icon={Sparkles}
            title="No call of this model in this window"
            action={<AllTimeButton value={search} onValueChange={onSearchChange} />}
          />
        )}
        {!(error && !totals.data) && (totals.isPending || (sum?.count ?? 0) > 0) && (
          <div className="grid min-w-0 grid-cols-1 gap-4 p-4">
            <ModelTiles
              sum={sum}
              pending={totals.isPending}
              window={window}
              model={model}
              earliest={earliest}
            />
            <Suspense fallback={<Skeleton className="h-[420px] w-full rounded-lg" />}>
              <StatCharts charts={charts} onBrush={(from, to) => onSearchChange(exactRange(from, to))} />
            </Suspense>
            <ModelTables window={window} model={model} earliest={earliest} />
          </div>
        )}
      </PageBody>
    </>
  );
}
