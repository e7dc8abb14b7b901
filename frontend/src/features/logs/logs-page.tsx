/** Log records, newest first, joined to their spans; the chosen one stands beside the list. */

import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { ListTree, ScrollText, X } from "lucide-react";
import { Button, buttonClass } from "@/components/ui/button";
import { DataTable } from "@/components/ui/data-table";
import { SelectField } from "@/components/ui/field";
import { LiveMark } from "@/components/ui/live-mark";
import { NoMatches } from "@/components/ui/no-matches";
import { FilterBar, PageHeader } from "@/components/ui/page";
import { SearchInput } from "@/components/ui/search-input";
import { EmptyState, LoadState } from "@/components/ui/states";
import { AllTimeButton, TimeRangePicker } from "@/components/ui/time-range-picker";
import { loadNextPage } from "@/state/query-client";
import { useLiveList } from "@/state/use-live-list";
import { NARROW, useMedia } from "@/state/use-media";
import { useSearchState } from "@/state/use-search-state";
import { LogDetails } from "@/telemetry/logs/log-details";
import { recordKey } from "@/telemetry/logs/log-text";
import type { LogRecord } from "@/telemetry/logs/logs-query";
import { SeverityMark } from "@/telemetry/logs/severity-mark";
import { ServiceSelect } from "@/telemetry/services/service-select";
import { ViewsMenu } from "@/telemetry/views/views-menu";
import { logsQuery } from "./list-query";
import { CompactRecord, LOG_COLUMNS } from "./log-columns";
import { activeLogFilters, LOG_SEVERITIES, type LogsSearch } from "./logs-search";

interface SearchProps {
  search: LogsSearch;
  onSearchChange: (change: Partial<LogsSearch>) => void;
}

const ID = "/app/logs";
const route = getRouteApi(ID);

export function LogsPage() {
  const [search, onSearchChange] = useSearchState(ID);
  const navigate = route.useNavigate();
  const narrow = useMedia(NARROW);
  const logs = useInfiniteQuery(logsQuery(search));
  // Opening a record changes what stands beside the list, not the list.
  const listed = { ...search, record: undefined, view: undefined };
  const { rows, ids, arrived, state } = useLiveList({ list: logs, idOf: recordKey, search: listed });
  const chosen = rows[ids.indexOf(search.record ?? "")];
  const close = () => onSearchChange({ record: undefined });
  if (narrow && chosen) return <RecordPanel record={chosen} onClose={close} />;
  const last = logs.data?.pages.at(-1);
  return (
    <>
      <PageHeader
        title="Logs"
        note={
          <LiveMark
            state={state}
            onToggle={() => onSearchChange({ paused: search.paused ? undefined : true })}
          />
        }
        actions={
          <>
            <ViewsMenu
              page="logs"
              search={search}
              onChoose={(next, replace) =>
                void navigate({ search: next as LogsSearch, replace: replace ?? false })
              }
            />
            <TimeRangePicker value={search} onValueChange={onSearchChange} />
          </>
        }
      />
      <LogFilters search={search} onSearchChange={onSearchChange} />
      <LoadState query={logs} label="Loading logs" />
      {logs.data?.pages.some((page) => page.incomplete) && (
        <p role="status" className="border-line border-b px-4 py-2 text-faint text-xs">
          A file of the archive cannot be read: its records are missing here.
        </p>
      )}
      {logs.data && rows.length === 0 && !logs.hasNextPage && (
        <NoLogs search={search} onSearchChange={onSearchChange} />
      )}
      {(rows.length > 0 || logs.hasNextPage) && (
        <div className="flex min-h-0 flex-1">
          <div className="flex min-w-0 flex-1 flex-col">
            <DataTable
              label="Log records"
              columns={LOG_COLUMNS}
              rows={rows}
              getRowId={recordKey}
              arrived={arrived}
              current={search.record}
              onPreview={(id) => onSearchChange({ record: id === search.record ? undefined : id })}
              onMove={(id) => search.record !== undefined && onSearchChange({ record: id })}
              renderCompact={(row) => <CompactRecord record={row} />}
              onEndReached={() => loadNextPage(logs)}
              footer={
                last?.stopped_early || (logs.hasNextPage && rows.length === 0) ? (
                  <p className="py-4 text-center text-faint text-xs">
                    {search.q
                      ? "The search looked at part of the records."
                      : "These records are large: a page has fewer of them."}{" "}
                    <Button weight="secondary" size="sm" onClick={() => void logs.fetchNextPage()}>
                      {search.q ? "Search on" : "Read on"}
                    </Button>
                  </p>
                ) : undefined
              }
            />
          </div>
          {chosen && (
            <aside aria-label="Log record" className="w-[38%] min-w-80 shrink-0 border-line border-l">
              <RecordPanel record={chosen} onClose={close} />
            </aside>
          )}
        </div>
      )}
    </>
  );
}

function LogFilters({ search, onSearchChange }: SearchProps) {
  return (
    <FilterBar>
      <SearchInput
        value={search.q ?? ""}
        label="Search logs"
        placeholder="Text in the message or the attributes"
        onValueChange={(text) => onSearchChange({ q: text.trim() || undefined })}
        className="min-w-48 flex-1 basis-64"
      />
      <SelectField
        label="Severity"
        hideLabel
        className="w-auto"
        value={search.severity ?? ""}
        onChange={(event) =>
          onSearchChange({ severity: (event.target.value || undefined) as LogsSearch["severity"] })
        }
      >
        <option value="">Any severity</option>
        {LOG_SEVERITIES.slice(1).map((severity) => (
          <option key={severity} value={severity}>
            {severity === "fatal" ? "Fatal only" : `${severity[0]?.toUpperCase()}${severity.slice(1)} and up`}
          </option>
        ))}
      </SelectField>
      <ServiceSelect value={search.service} onValueChange={(service) => onSearchChange({ service })} />
      {search.event !== undefined && (
        <Button onClick={() => onSearchChange({ event: undefined })} aria-label="Remove filter Event">
          <span className="text-muted">Event</span> {search.event} <X size={13} />
        </Button>
      )}
      {search.trace !== undefined && (
        <Button onClick={() => onSearchChange({ trace: undefined })} aria-label="Remove filter Trace">
          <span className="text-muted">Trace</span>{" "}
          <span className="font-mono text-xs">{search.trace.slice(0, 8)}…</span> <X size={13} />
        </Button>
      )}
    </FilterBar>
  );
}

function RecordPanel({ record, onClose }: { record: LogRecord; onClose: () => void }) {
  return (
    <div className="flex h-full min-h-0 min-w-0 flex-col bg-surface">
      <header className="grid shrink-0 gap-2 border-line border-b px-4 py-3">
        <div className="flex min-w-0 items-center gap-3">
          <SeverityMark record={record} />
          {record.event_name && (
            <Link
              to="/logs"
              search={(before) => ({ ...before, event: record.event_name ?? undefined })}
              aria-label={`Show ${record.event_name} only`}
              className="min-w-0 truncate font-mono text-accent-text text-xs hover:underline"
            >
              {record.event_name}
            </Link>
          )}
          <Button weight="ghost" size="icon" aria-label="Close" className="ml-auto" onClick={onClose}>
            <X size={15} />
          </Button>
        </div>
        {record.trace_id && (
          <div className="flex flex-wrap gap-2">
            <Link
              to="/traces/$traceId"
              params={{ traceId: record.trace_id }}
              search={record.span_id ? { span: record.span_id, tab: "logs" } : { tab: "logs" }}
              className={buttonClass("secondary", "sm")}
            >
              <ListTree size={13} /> {record.span_id ? "Open its span" : "Open its trace"}
            </Link>
            <Link
              to="/logs"
              search={(before) => ({ ...before, range: "all", trace: record.trace_id ?? undefined })}
              className={buttonClass("ghost", "sm")}
            >
              Only this trace
            </Link>
          </div>
        )}
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <div tabIndex={0} className="min-h-0 flex-1 overflow-y-auto p-4 focus-visible:-outline-offset-2">
        <LogDetails record={record} />
      </div>
    </div>
  );
}

function NoLogs({ search, onSearchChange }: SearchProps) {
  const filters = activeLogFilters(search);
  if (filters.length > 0) {
    return (
      <NoMatches
        icon={ScrollText}
        title="No log records match"
        window={search}
        onWindowChange={onSearchChange}
        onClear={() => onSearchChange(Object.fromEntries(filters.map((name) => [name, undefined])))}
      />
    );
  }
  return (
    <EmptyState
      icon={ScrollText}
      title="No log records in this window"
      action={
        <>
          <Link to="/welcome" className={buttonClass("primary")}>
            Connect an application
          </Link>
          <AllTimeButton value={search} onValueChange={onSearchChange} />
        </>
      }
    >
      Log records come over OTLP to the same address and with the same API key as spans. Those that carry a
      trace and span id also appear on their span.
    </EmptyState>
  );
}
