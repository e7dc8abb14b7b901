/** One service: rate, errors and duration of what it was asked, what its model calls cost, versions, failures, and neighbours. */
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Boxes } from "lucide-react";
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
import { ModelsTable } from "@/telemetry/stats/models-table";
import { statsQuery } from "@/telemetry/stats/stats-query";
import { ServiceMap } from "./service-map";
import { FailingNames, Versions } from "./service-tables";
import { ServiceTiles } from "./service-tiles";

const StatCharts = lazy(() => import("@/telemetry/stats/stat-charts"));
const route = getRouteApi("/app/services/$service");

/** Spans with which work enters a service; those inside of it would count a request many times. */
const ENTRIES = "is_root = true or kind = server or kind = consumer";

export function ServicePage() {
  const { service } = route.useParams();
  const [search, onSearchChange] = useSearchState("/app/services/$service");
  const earliest = useEarliest();
  const window = { range: search.range, from: search.from, to: search.to };
  const all = { of: "spans", service } as const;
  const entries = { ...all, filter: ENTRIES };
  const requests = useQuery(statsQuery(window, { ...entries, interval: "none" }, earliest));
  const requestSeries = useQuery(statsQuery(window, { ...entries, interval: "auto" }, earliest));
  const usage = useQuery(statsQuery(window, { ...all, interval: "none" }, earliest));
  const usageSeries = useQuery(statsQuery(window, { ...all, interval: "auto" }, earliest));
  const charts = useMemo(() => {
    const asked = requestSeries.data ? fillBuckets(requestSeries.data) : NO_BUCKETS;
    const used = usageSeries.data ? fillBuckets(usageSeries.data) : NO_BUCKETS;
    return [countChart(asked, "Requests"), durationChart(asked), tokensChart(used), costChart(used)];
  }, [requestSeries.data, usageSeries.data]);
  const error = requests.error ?? usage.error ?? requestSeries.error ?? usageSeries.error;
  const shown = requests.data !== undefined && usage.data !== undefined;
  const empty = shown && (usage.data?.totals[0]?.count ?? 0) === 0;
  return (
    <>
      <header className="flex min-h-13 shrink-0 flex-wrap items-center gap-x-3 gap-y-2 border-line border-b px-4 py-2.5">
        <title>{`${service} · Junjo`}</title>
        <BackLink to="/services" search={window} label="Services" />
        <h1 className="min-w-0 truncate font-semibold text-lg tracking-tight">{service}</h1>
        <LiveMark state={windowState(search, error)} />
        <div className="ml-auto flex flex-wrap items-center gap-2">
          <Link
            to="/traces"
            search={{ ...window, service }}
            className="text-accent-text text-sm hover:underline"
          >
            Traces
          </Link>
          <TimeRangePicker value={search} onValueChange={onSearchChange} />
        </div>
      </header>
      {error && shown && <StaleNotice error={error} />}
      <PageBody>
        {error && !shown && <ErrorState error={error} onRetry={() => void requests.refetch()} />}
        {empty && (
          <EmptyState
            icon={Boxes}
            title="This service sent nothing in this window"
            action={<AllTimeButton value={search} onValueChange={onSearchChange} />}
          />
        )}
        {!empty && !(error && !shown) && (
          <div className="grid min-w-0 grid-cols-1 gap-4 p-4">
            <ServiceTiles requests={requests.data} usage={usage.data?.totals[0]} />
            <Suspense fallback={<Skeleton className="h-[420px] w-full rounded-lg" />}>
              <StatCharts charts={charts} onBrush={(from, to) => onSearchChange(exactRange(from, to))} />
            </Suspense>
            <ServiceMap service={service} window={window} />
            <ModelsTable window={window} service={service} earliest={earliest} />
            <div className="grid min-w-0 grid-cols-1 items-start gap-4 xl:grid-cols-2">
              <FailingNames service={service} window={window} earliest={earliest} />
              <Versions service={service} window={window} earliest={earliest} />
            </div>
          </div>
        )}
      </PageBody>
    </>
  );
}
