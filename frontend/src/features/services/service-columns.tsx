/** What a row of the table of services says: how much it is asked, how much of that failed, how long it took, what it cost. */
import { Link } from "@tanstack/react-router";
import { Boxes } from "lucide-react";
import { Sparkline } from "@/components/charts/sparkline";
import { Hint, HintFacts } from "@/components/hint/hint";
import { type DataColumns, dataColumns } from "@/components/ui/data-columns";
import { rowLinkClass } from "@/components/ui/row-link";
import { TimeAgo } from "@/components/ui/time-ago";
import { formatCompact, formatCount, plural } from "@/lib/format/number";
import { formatShare } from "@/lib/format/share";
import type { Service } from "@/telemetry/services/services-query";
import { Cost, Count, Duration, Unknown } from "@/telemetry/vocabulary/numbers";
import type { ServiceFigures } from "./figures-query";

export interface ServiceRow extends Service {
  /** Undefined until they are known, or where there are too many services. */
  figures: ServiceFigures | undefined;
  /** Seconds of the window. */
  seconds: number;
}

const column = dataColumns<ServiceRow>();

export const COLUMNS = column.columns([
  column.display({
    id: "name",
    header: "Service",
    meta: { track: "minmax(180px,2fr)", sort: "asc" },
    cell: ({ row }) => <ServiceLink service={row.original} />,
  }),
  column.display({
    id: "requests",
    header: "Requests",
    meta: { track: "84px", align: "end", sort: "desc" },
    cell: ({ row }) => <Rate row={row.original} />,
  }),
  column.display({
    id: "trend",
    header: "Over time",
    meta: { track: "96px", from: 760 },
    cell: ({ row }) => <Sparkline values={row.original.figures?.overTime ?? []} />,
  }),
  column.display({
    id: "errors",
    header: "Failed",
    meta: { track: "72px", align: "end", sort: "desc" },
    cell: ({ row }) => <ErrorShare row={row.original} />,
  }),
  column.display({
    id: "p50",
    header: "P50",
    meta: { track: "76px", align: "end", from: 900, sort: "desc" },
    cell: ({ row }) => <Millis value={row.original.figures?.p50} />,
  }),
  column.display({
    id: "p95",
    header: "P95",
    meta: { track: "76px", align: "end", sort: "desc" },
    cell: ({ row }) => <Millis value={row.original.figures?.p95} />,
  }),
  column.display({
    id: "calls",
    header: "Model calls",
    meta: { track: "84px", align: "end", from: 1000, sort: "desc" },
    cell: ({ row }) => <Count value={row.original.figures?.modelCalls ?? 0} one="model call" />,
  }),
  column.display({
    id: "cost",
    header: "Cost",
    meta: { track: "84px", align: "end", from: 640, sort: "desc" },
    cell: ({ row }) => <ServiceCost row={row.original} />,
  }),
  column.display({
    id: "spans",
    header: "Spans",
    meta: { track: "64px", align: "end", from: 820, sort: "desc" },
    cell: ({ row }) => <Count value={row.original.span_count} one="span" />,
  }),
  column.display({
    id: "last",
    header: "Last seen",
    meta: { track: "92px", align: "end", sort: "desc" },
    cell: ({ row }) => <TimeAgo iso={row.original.last_seen} className="whitespace-nowrap text-muted tnum" />,
  }),
]) as DataColumns<ServiceRow>;

export function figureOf(row: ServiceRow, id: string): number | string | null {
  const { figures } = row;
  switch (id) {
    case "requests":
      return figures?.requests ?? null;
    case "errors":
      return figures && figures.requests > 0 ? figures.failed / figures.requests : null;
    case "p50":
      return figures?.p50 ?? null;
    case "p95":
      return figures?.p95 ?? null;
    case "calls":
      return figures?.modelCalls ?? null;
    case "cost":
      return figures?.costUsd ?? null;
    case "spans":
      return row.span_count;
    case "last":
      return Date.parse(row.last_seen);
    default:
      return row.name;
  }
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

const WHY_NONE = "The figures are on their way, or there are more services than one answer has";

/** Requests in the time in which one can count them. */
function Rate({ row }: { row: ServiceRow }) {
  const { figures, seconds } = row;
  if (!figures) return <Unknown why={WHY_NONE} />;
  return (
    <Hint
      className="tnum"
      content={() => (
        <>
          <HintFacts
            facts={[
              ["Requests", formatCount(figures.requests)],
              ["In a minute", formatCount(Math.round((figures.requests / seconds) * 6_000) / 100)],
              ["Traces", formatCount(row.trace_count)],
            ]}
          />
          <p className="mt-1 text-muted">
            Spans at which work came in: of kind server or consumer, and beginnings of traces.
          </p>
        </>
      )}
    >
      {formatCompact(figures.requests)}
    </Hint>
  );
}

function ErrorShare({ row }: { row: ServiceRow }) {
  const { figures } = row;
  if (!figures) return <Unknown why={WHY_NONE} />;
  return (
    <Hint
      className={figures.failed > 0 ? "text-danger-text tnum" : "text-faint tnum"}
      content={() => (
        <HintFacts
          facts={[
            ["Failed requests", formatCount(figures.failed)],
            ["Failed spans", `${formatCount(row.error_count)} of ${plural(row.span_count, "span")}`],
          ]}
        />
      )}
    >
      {formatShare(figures.failed, figures.requests)}
    </Hint>
  );
}

const NANOS = 1_000_000;

function Millis({ value }: { value: number | null | undefined }) {
  if (value == null) return <Unknown why="There was no request in this window" />;
  return <Duration nanos={Math.round(value * NANOS)} />;
}

function ServiceCost({ row }: { row: ServiceRow }) {
  const { figures } = row;
  if (!figures) return <Unknown why={WHY_NONE} />;
  return <Cost usd={figures.costUsd} unpricedCalls={figures.unpricedCalls} calls={figures.modelCalls} />;
}

export function CompactService({ row }: { row: ServiceRow }) {
  return (
    <>
      <ServiceLink service={row} />
      <span className="mt-1 flex gap-3 pl-7 text-faint text-xs tnum">
        <span>
          <Rate row={row} /> requests
        </span>
        <span>
          <ErrorShare row={row} /> failed
        </span>
        <ServiceCost row={row} />
        <TimeAgo iso={row.last_seen} className="ml-auto" />
      </span>
    </>
  );
}
