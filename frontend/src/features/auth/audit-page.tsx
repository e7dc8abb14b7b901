/** Every security event: who did what, from where, and what was refused. For administrators. */

import { useInfiniteQuery } from "@tanstack/react-query";
import { ScrollText } from "lucide-react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { type DataColumns, dataColumns } from "@/components/ui/data-columns";
import { DataTable } from "@/components/ui/data-table";
import { SelectField } from "@/components/ui/field";
import { FilterBar } from "@/components/ui/page";
import { settingsWidth } from "@/components/ui/settings-section";
import { EmptyState, LoadState } from "@/components/ui/states";
import { TimeAgo } from "@/components/ui/time-ago";
import { TimeRangePicker } from "@/components/ui/time-range-picker";
import { cn } from "@/lib/cn";
import { loadNextPage } from "@/state/query-client";
import { useSearchState } from "@/state/use-search-state";
import { type AuditEvent, auditQuery } from "./audit-query";
import { describeEvent } from "./audit-words";

const column = dataColumns<AuditEvent>();

const COLUMNS = column.columns([
  column.display({
    id: "action",
    header: "Event",
    meta: { track: "minmax(160px,1.4fr)" },
    cell: ({ row }) => <Action event={row.original} />,
  }),
  column.display({
    id: "actor",
    header: "By",
    meta: { track: "minmax(120px,1.2fr)" },
    cell: ({ row }) => (
      <span className="block truncate text-muted">
        {row.original.actor_email ?? row.original.actor_id ?? "nobody signed in"}
      </span>
    ),
  }),
  column.display({
    id: "target",
    header: "On",
    meta: { track: "minmax(120px,1.2fr)", from: 820 },
    cell: ({ row }) => (
      <span className="block truncate text-faint" title={row.original.target_id ?? ""}>
        {row.original.target_email ?? row.original.target_id ?? ""}
      </span>
    ),
  }),
  column.display({
    id: "ip",
    header: "From",
    meta: { track: "120px", from: 700 },
    cell: ({ row }) => <span className="block truncate font-mono text-faint text-xs">{row.original.ip}</span>,
  }),
  column.display({
    id: "time",
    header: "When",
    meta: { track: "92px", align: "end" },
    cell: ({ row }) => <TimeAgo iso={row.original.time} className="whitespace-nowrap text-muted tnum" />,
  }),
]) as DataColumns<AuditEvent>;

/** Kinds of events by the noun that their names begin with. */
const KINDS = [
  { value: "session.", label: "Sessions" },
  { value: "user.", label: "Accounts" },
  { value: "invitation.", label: "Invitations" },
  { value: "api_key.", label: "API keys" },
  { value: "password.", label: "Passwords" },
  { value: "telemetry.", label: "Deletion and retention" },
];

export function AuditPage() {
  const [search, onSearchChange] = useSearchState("/app/settings/audit");
  const audit = useInfiniteQuery(auditQuery(search));
  const rows = audit.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className={cn(settingsWidth, "flex min-h-0 flex-1 flex-col")}>
      <title>Audit log · Junjo</title>
      <FilterBar>
        <SelectField
          label="Kind"
          hideLabel
          className="w-auto"
          value={search.action ?? ""}
          onChange={(event) => onSearchChange({ action: event.target.value || undefined })}
        >
          <option value="">All events</option>
          {KINDS.map((kind) => (
            <option key={kind.value} value={kind.value}>
              {kind.label}
            </option>
          ))}
        </SelectField>
        <Button
          weight={search.outcome === "refused" ? "danger" : "secondary"}
          aria-pressed={search.outcome === "refused"}
          onClick={() => onSearchChange({ outcome: search.outcome === "refused" ? undefined : "refused" })}
        >
          Refused
        </Button>
        <span className="ml-auto">
          <TimeRangePicker value={search} onValueChange={onSearchChange} />
        </span>
      </FilterBar>
      <LoadState query={audit} label="Loading audit log" />
      {audit.data && rows.length === 0 && (
        <EmptyState icon={ScrollText} title="Nothing happened here">
          No security event fits the filters.
        </EmptyState>
      )}
      {rows.length > 0 && (
        <DataTable
          label="Audit log"
          columns={COLUMNS}
          rows={rows}
          getRowId={(row) => String(row.id)}
          renderCompact={(row) => <CompactEvent event={row} />}
          onEndReached={() => loadNextPage(audit)}
        />
      )}
    </div>
  );
}

function Action({ event }: { event: AuditEvent }) {
  return (
    <span className="flex min-w-0 items-center gap-2">
      <span className="truncate font-medium" title={event.action}>
        {describeEvent(event)}
      </span>
      {event.outcome === "refused" && <Badge tone="danger">refused</Badge>}
      {event.detail && (
        <span className="truncate text-faint text-xs">{event.detail.replaceAll("_", " ")}</span>
      )}
    </span>
  );
}

function CompactEvent({ event }: { event: AuditEvent }) {
  return (
    <>
      <Action event={event} />
      <span className="mt-1 flex gap-3 text-faint text-xs">
        <span className="truncate">{event.actor_email ?? "nobody signed in"}</span>
        <TimeAgo iso={event.time} className="ml-auto shrink-0 tnum" />
      </span>
    </>
  );
}
