/** Services: who sends telemetry, how much it is asked, how much of that failed, how long it took and what it cost. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Boxes } from "lucide-react";
import { useMemo } from "react";
import { buttonClass } from "@/components/ui/button";
import type { Sort } from "@/components/ui/data-columns";
import { DataTable } from "@/components/ui/data-table";
import { LiveMark, windowState } from "@/components/ui/live-mark";
import { PageHeader } from "@/components/ui/page";
import { EmptyState, LoadState, StaleNotice } from "@/components/ui/states";
import { AllTimeButton, TimeRangePicker } from "@/components/ui/time-range-picker";
import { useSearchState } from "@/state/use-search-state";
import { servicesQuery } from "@/telemetry/services/services-query";
import { figuresQuery } from "./figures-query";
import { COLUMNS, CompactService, figureOf, type ServiceRow } from "./service-columns";
import type { ServicesSearch } from "./services-search";

export function ServicesPage() {
  const [search, onSearchChange] = useSearchState("/app/services");
  const { order: column = "name", direction = "asc", range, from, to } = search;
  const window = useMemo(() => ({ range, from, to }), [range, from, to]);
  const services = useQuery(servicesQuery(window));
  const earliest = services.data?.map((service) => service.first_seen).sort()[0];
  const figures = useQuery({
    ...figuresQuery(window, range === "all" ? earliest : undefined),
    enabled: services.data !== undefined,
  });
  const rows = useMemo(
    () =>
      (services.data ?? [])
        .map(
          (service): ServiceRow => ({
            ...service,
            figures: figures.data?.byService.get(service.name),
            seconds: figures.data?.seconds ?? 1,
          }),
        )
        .sort(byFigure({ column, direction })),
    [services.data, figures.data, column, direction],
  );
  return (
    <>
      <PageHeader
        title="Services"
        note={<LiveMark state={windowState(window, services.error)} />}
        actions={<TimeRangePicker value={search} onValueChange={onSearchChange} />}
      />
      <LoadState query={services} label="Loading services" />
      {figures.error && !services.error && <StaleNotice error={figures.error} />}
      {services.data?.length === 0 && (
        <EmptyState
          icon={Boxes}
          title="No service sent anything in this window"
          action={
            <>
              <Link to="/welcome" className={buttonClass("primary")}>
                Connect an application
              </Link>
              <AllTimeButton value={search} onValueChange={onSearchChange} />
            </>
          }
        >
          A service is what your application calls itself in <code className="font-mono">service.name</code>.
        </EmptyState>
      )}
      {rows.length > 0 && (
        <DataTable
          label="Services"
          columns={COLUMNS}
          rows={rows}
          getRowId={(row) => row.name}
          sort={{ column, direction }}
          onSort={(sort) =>
            onSearchChange({
              order: sort.column === "name" ? undefined : (sort.column as ServicesSearch["order"]),
              direction: sort.column === "name" && sort.direction === "asc" ? undefined : sort.direction,
            })
          }
          renderCompact={(row) => <CompactService row={row} />}
        />
      )}
    </>
  );
}

/** Services without the figure come last, in either direction. */
function byFigure({ column, direction }: Sort) {
  const sign = direction === "asc" ? 1 : -1;
  return (a: ServiceRow, b: ServiceRow): number => {
    const [figureA, figureB] = [figureOf(a, column), figureOf(b, column)];
    if (figureA === figureB) return a.name.localeCompare(b.name);
    if (figureA === null || figureB === null) return figureA === null ? 1 : -1;
    if (typeof figureA === "number" && typeof figureB === "number") return sign * (figureA - figureB);
    return sign * String(figureA).localeCompare(String(figureB));
  };
}
