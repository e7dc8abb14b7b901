/** How things go: sums, charts over time, what is slow, what fails, and what it costs. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ChartSpline } from "lucide-react";
import { lazy, Suspense, useMemo } from "react";
import { buttonClass } from "@/components/ui/button";
import { LiveMark, windowState } from "@/components/ui/live-mark";
import { PageBody, PageHeader } from "@/components/ui/page";
import { EmptyState, ErrorState, Skeleton, StaleNotice } from "@/components/ui/states";
import { TimeRangePicker } from "@/components/ui/time-range-picker";
import { exactRange } from "@/lib/time-range";
import { useSearchState } from "@/state/use-search-state";
import { ServiceSelect } from "@/telemetry/services/service-select";
import { servicesQuery } from "@/telemetry/services/services-query";
import { fillBuckets } from "@/telemetry/stats/buckets";
import { statsQuery } from "@/telemetry/stats/stats-query";
import { ModelsByCost } from "./models-by-cost";
import { OverviewTiles } from "./overview-tiles";
import { TraceHighlights } from "./trace-highlights";

const OverviewCharts = lazy(() => import("./overview-charts"));

export function OverviewPage() {
  const [search, onSearchChange] = useSearchState("/app/overview");
  const services = useQuery(servicesQuery(ALL_TIME));
  const earliest = useMemo(
    () => services.data?.map((service) => service.first_seen).sort()[0],
    [services.data],
  );
  const scope = search.service === undefined ? {} : { service: search.service };
  const totals = useQuery(statsQuery(search, { of: "traces", interval: "none", ...scope }, earliest));
  const series = useQuery(statsQuery(search, { of: "traces", interval: "auto", ...scope }, earliest));
  const buckets = useMemo(() => (series.data ? fillBuckets(series.data) : undefined), [series.data]);
  const sum = totals.data?.totals[0];
  const error = totals.error ?? series.error;

  return (
    <>
      <PageHeader
        title="Overview"
        note={<LiveMark state={windowState(search, error)} />}
        actions={
          <>
            <ServiceSelect value={search.service} onValueChange={(service) => onSearchChange({ service })} />
            <TimeRangePicker value={search} onValueChange={onSearchChange} />
          </>
        }
      />
      {error && totals.data && <StaleNotice error={error} />}
      <PageBody>
        {error && !totals.data && <ErrorState error={error} onRetry={() => totals.refetch()} />}
        {services.data?.length === 0 ? (
          <EmptyState
            icon={ChartSpline}
            title="Nothing to look at yet"
            action={
              <Link to="/welcome" className={buttonClass("primary")}>
                Send your first trace
              </Link>
            }
          >
            As soon as an application sends traces, this page shows how they go.
          </EmptyState>
        ) : (
          !(error && !totals.data) && (
            <div className="grid min-w-0 grid-cols-1 gap-4 p-4">
              <OverviewTiles sum={sum} pending={totals.isPending} />
              <Suspense fallback={<Skeleton className="h-[420px] w-full rounded-lg" />}>
                <OverviewCharts
                  buckets={buckets}
                  onBrush={(from, to) => onSearchChange(exactRange(from, to))}
                />
              </Suspense>
              <TraceHighlights search={search} p95Ms={sum?.duration_ms.p95 ?? undefined} />
              <ModelsByCost search={search} earliest={earliest} />
            </div>
          )
        )}
      </PageBody>
    </>
  );
}

const ALL_TIME = { range: "all" } as const;
