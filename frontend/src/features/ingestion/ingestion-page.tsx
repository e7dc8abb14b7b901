/** What the server takes in, how far indexing is, and which requests it refused. */
import { useQuery } from "@tanstack/react-query";
import { CircleCheck, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { Badge } from "@/components/ui/badge";
import { PageBody } from "@/components/ui/page";
import { SettingsColumn, SettingsSection } from "@/components/ui/settings-section";
import { ErrorState, SkeletonRows, StaleNotice } from "@/components/ui/states";
import { TimeAgo } from "@/components/ui/time-ago";
import { cn } from "@/lib/cn";
import { formatDuration } from "@/lib/format/duration";
import { formatCount } from "@/lib/format/number";
import { describeIngest, type IngestStatus, statusQuery } from "@/telemetry/ingest/status-query";

/** Numbers on this page are watched while they change. */
const WATCH_MS = 2_000;

export function IngestionPage() {
  const status = useQuery({ ...statusQuery(), refetchInterval: WATCH_MS });
  return (
    <>
      <title>Ingestion · Junjo</title>
      {status.error && status.data && <StaleNotice error={status.error} />}
      <PageBody>
        {status.isPending && <SkeletonRows label="Loading ingestion status" />}
        {status.error && !status.data && <ErrorState error={status.error} onRetry={() => status.refetch()} />}
        {status.data && <Loaded status={status.data} />}
      </PageBody>
    </>
  );
}

function Loaded({ status }: { status: IngestStatus }) {
  const health = describeIngest(status, false);
  return (
    <SettingsColumn>
      <SettingsSection title="Ingestion">
        <p className={cn("flex items-center gap-2", health.tone === "ok" ? "text-ok" : "text-warn")}>
          {health.tone === "ok" ? <CircleCheck size={16} /> : <TriangleAlert size={16} />}
          <span className="font-medium">{health.text}</span>
          {status.index_detail && <span className="text-muted">{status.index_detail}</span>}
        </p>
        <Tiles>
          <Tile name="Accepted" note="durable, all time">
            {formatCount(status.accepted_spans)}
          </Tile>
          <Tile
            name="Indexed"
            note={status.lag_ms === 0 ? "up to date" : `${formatDuration(status.lag_ms * 1e6)} behind`}
          >
            {formatCount(status.indexed_spans)}
          </Tile>
          <Tile name="Sent again" note="duplicates, kept once">
            {formatCount(status.duplicate_spans)}
          </Tile>
          <Tile name="Quarantined" note="batches" alarming={status.quarantined_batches > 0}>
            {formatCount(status.quarantined_batches)}
          </Tile>
          <Tile name="Log records">{formatCount(status.log_records_received)}</Tile>
          <Tile name="Metric points" note="counted, not kept">
            {formatCount(status.metric_points_received)}
          </Tile>
        </Tiles>
      </SettingsSection>
      {status.sources.length > 0 && <Sources sources={status.sources} />}
      <Rejections rejections={status.recent_rejections} />
    </SettingsColumn>
  );
}

function Sources({ sources }: { sources: IngestStatus["sources"] }) {
  return (
    <SettingsSection title="Ingestion services" note="Split mode: this server pulls from them.">
      <ul aria-label="Ingestion services" className="rounded-lg border border-line">
        {sources.map((source) => (
          <li
            key={source.url}
            className="flex flex-wrap items-center gap-x-3 gap-y-1 border-line border-b px-3 py-2.5 last:border-b-0"
          >
            <code className="min-w-0 truncate font-mono text-sm">{source.url}</code>
            <Badge tone={source.connected ? "ok" : "danger"}>
              {source.connected ? "connected" : "not connected"}
            </Badge>
            <Badge>{source.mode}</Badge>
            <span className="ml-auto text-faint text-xs tnum">{formatCount(source.pulled_items)} pulled</span>
            {source.last_error && <p className="w-full text-warn text-xs">{source.last_error}</p>}
          </li>
        ))}
      </ul>
    </SettingsSection>
  );
}

function Rejections({ rejections }: { rejections: IngestStatus["recent_rejections"] }) {
  return (
    <SettingsSection
      title="Recent rejections"
      note="Exporters seldom show why their data was refused; here it is."
    >
      {rejections.length === 0 ? (
        <p className="flex items-center gap-2 text-muted text-sm">
          <CircleCheck size={15} className="text-ok" aria-hidden /> Nothing was refused lately.
        </p>
      ) : (
        <ul aria-label="Recent rejections" className="rounded-lg border border-line">
          {rejections.map((rejection) => (
            <li
              key={`${rejection.at}-${rejection.reason}-${rejection.signal}`}
              className="grid gap-0.5 border-line border-b px-3 py-2.5 last:border-b-0"
            >
              <span className="flex min-w-0 flex-wrap items-center gap-2">
                <Badge tone="warn">{rejection.reason.replaceAll("_", " ")}</Badge>
                <Badge>{rejection.signal}</Badge>
                {rejection.count > 1 && (
                  <span className="text-faint text-xs tnum">{formatCount(rejection.count)} times</span>
                )}
                <TimeAgo iso={rejection.at} className="ml-auto text-faint text-xs tnum" />
              </span>
              <span className="min-w-0 break-words text-sm">{rejection.detail}</span>
            </li>
          ))}
        </ul>
      )}
    </SettingsSection>
  );
}

function Tiles({ children }: { children: ReactNode }) {
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line sm:grid-cols-3">
      {children}
    </dl>
  );
}

interface TileProps {
  name: string;
  note?: string;
  alarming?: boolean;
  children: ReactNode;
}

function Tile({ name, note, alarming = false, children }: TileProps) {
  return (
    <div className="min-w-0 bg-surface px-3.5 py-2.5">
      <dt className="text-faint text-xs">{name}</dt>
      <dd className={cn("font-semibold text-lg tnum", alarming && "text-warn")}>{children}</dd>
      {note && <dd className="truncate text-faint text-xs tnum">{note}</dd>}
    </div>
  );
}
