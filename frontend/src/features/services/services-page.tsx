/** Services: who sends telemetry, how much, and how much of it failed. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Boxes } from "lucide-react";
import { buttonClass } from "@/components/ui/button";
import { type DataColumns, dataColumns } from "@/components/ui/data-columns";
import { DataTable } from "@/components/ui/data-table";
import { LiveMark, windowState } from "@/components/ui/live-mark";
import { PageHeader } from "@/components/ui/page";
import { rowLinkClass } from "@/components/ui/row-link";
import { EmptyState, LoadState } from "@/components/ui/states";
import { TimeAgo } from "@/components/ui/time-ago";
import { AllTimeButton, TimeRangePicker } from "@/components/ui/time-range-picker";
import { formatCompact, formatCount, plural } from "@/lib/format/number";
import { formatShare } from "@/lib/format/share";
import { useSearchState } from "@/state/use-search-state";
import { type Service, servicesQuery } from "@/telemetry/services/services-query";

const column = dataColumns<Service>();

const COLUMNS = column.columns([
  column.display({
    id: "name",
    header: "Service",
    meta: { track: "minmax(180px,2fr)" },
    cell: ({ row }) => <ServiceLink service={row.original} />,
  }),
  column.display({
    id: "traces",
    header: "Traces",
    meta: { track: "minmax(64px,110px)", align: "end" },
    cell: ({ row }) => <CountCell value={row.original.trace_count} />,
  }),
  column.display({
    id: "spans",
    header: "Spans",
    meta: { track: "minmax(64px,110px)", align: "end" },
    cell: ({ row }) => <CountCell value={row.original.span_count} />,
  }),
  column.display({
    id: "errors",
    header: "Failed spans",
    meta: { track: "minmax(120px,170px)", align: "end" },
    cell: ({ row }) => <ErrorShare service={row.original} />,
  }),
  column.display({
    id: "first",
    header: "First seen",
    meta: { track: "110px", align: "end", from: 820 },
    cell: ({ row }) => <TimeAgo iso={row.original.first_seen} className="text-muted tnum" />,
  }),
  column.display({
    id: "last",
    header: "Last seen",
    meta: { track: "110px", align: "end" },
    cell: ({ row }) => <TimeAgo iso={row.original.last_seen} className="text-muted tnum" />,
  }),
]) as DataColumns<Service>;

export function ServicesPage() {
  const [search, onSearchChange] = useSearchState("/app/services");
  const services = useQuery(servicesQuery(search));
  return (
    <>
      <PageHeader
        title="Services"
        note={<LiveMark state={windowState(search, services.error)} />}
        actions={<TimeRangePicker value={search} onValueChange={onSearchChange} />}
      />
      <LoadState query={services} label="Loading services" />
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
      {services.data && services.data.length > 0 && (
        <DataTable
          label="Services"
          columns={COLUMNS}
          rows={services.data}
          getRowId={(row) => row.name}
          renderCompact={(row) => <CompactService service={row} />}
        />
      )}
    </>
  );
}

function ServiceLink({ service }: { service: Service }) {
  return (
    <span className="flex min-w-0 items-center gap-2.5">
      <span className="grid size-[18px] shrink-0 place-items-center rounded-[5px] bg-hover text-muted">
        <Boxes size={12} aria-hidden />
      </span>
      <Link to="/traces" search={{ service: service.name }} className={rowLinkClass}>
        {service.name}
      </Link>
    </span>
  );
}

function CountCell({ value }: { value: number }) {
  return (
    <span className="tnum" title={formatCount(value)}>
      {formatCompact(value)}
    </span>
  );
}

function ErrorShare({ service }: { service: Service }) {
  const failed = service.error_count > 0;
  return (
    <span
      className="flex items-center justify-end gap-2 tnum"
      title={`${formatCount(service.error_count)} failed spans`}
    >
      <span className="h-1 w-14 overflow-hidden rounded-full bg-line" aria-hidden>
        <span
          className="block h-full rounded-full bg-danger"
          style={{ width: `${failed ? Math.max(6, (service.error_count / service.span_count) * 100) : 0}%` }}
        />
      </span>
      <span className={failed ? "min-w-14 text-danger-text" : "min-w-14 text-faint"}>
        {formatShare(service.error_count, service.span_count)}
      </span>
    </span>
  );
}

function CompactService({ service }: { service: Service }) {
  return (
    <>
      <ServiceLink service={service} />
      <span className="mt-1 flex gap-3 pl-7 text-faint text-xs tnum">
        <span>{plural(service.trace_count, "trace")}</span>
        <span className={service.error_count > 0 ? "text-danger-text" : ""}>
          {formatShare(service.error_count, service.span_count)} failed
        </span>
        <TimeAgo iso={service.last_seen} className="ml-auto" />
      </span>
    </>
  );
}
