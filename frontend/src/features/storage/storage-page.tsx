/** What telemetry takes on disk, how long it is kept, and what was deleted. */
import { useQuery } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { PageBody } from "@/components/ui/page";
import { SettingsColumn, SettingsSection } from "@/components/ui/settings-section";
import { LoadState } from "@/components/ui/states";
import { TimeAgo } from "@/components/ui/time-ago";
import { plural } from "@/lib/format/number";
import { accountsQuery } from "@/state/accounts-query";
import { sessionQuery } from "@/state/session-query";
import { type IngestStatus, statusQuery } from "@/telemetry/ingest/status-query";
import { DeletionsSection } from "./deletions-section";
import { MemoryUse } from "./memory-use";
import { RetentionSection } from "./retention-section";
import { StorageUse } from "./storage-use";

/** Addresses of accounts by id. Only administrators may know them; for others it stays empty. */
function usePeople(admin: boolean): ReadonlyMap<string, string> {
  const { data } = useQuery({ ...accountsQuery(), enabled: admin });
  return new Map(data?.map(({ id, email }) => [id, email]));
}

export function StoragePage() {
  const me = useQuery(sessionQuery());
  const admin = me.data?.role === "admin";
  const people = usePeople(admin);
  const status = useQuery(statusQuery());
  return (
    <>
      <title>Retention and storage · Junjo</title>
      <PageBody>
        <SettingsColumn>
          <SettingsSection title="Storage">
            <LoadState query={status} label="Loading storage" />
            {status.data && <StorageUse status={status.data} />}
            {status.data && <Upkeep upkeep={status.data.upkeep} />}
          </SettingsSection>
          {status.data && (
            <SettingsSection title="Memory">
              <MemoryUse parts={status.data.memory} />
            </SettingsSection>
          )}
          <RetentionSection admin={admin} />
          <DeletionsSection admin={admin} people={people} />
        </SettingsColumn>
      </PageBody>
    </>
  );
}

/** Merging, retention and deletion run in rounds; one that failed is tried again. */
function Upkeep({ upkeep }: { upkeep: IngestStatus["upkeep"] }) {
  return (
    <div className="grid gap-2 text-faint text-xs">
      <p className="flex flex-wrap gap-x-4">
        <span>{upkeep.last_at ? <LastRound iso={upkeep.last_at} /> : "No upkeep since the start yet"}</span>
        <span>{plural(upkeep.rewritten_files, "archive file")} rewritten since the start</span>
      </p>
      {upkeep.note && <Warning>Retention waits: {upkeep.note}</Warning>}
      {upkeep.last_error && (
        <Warning>The last round did not get through, and is tried again: {upkeep.last_error}</Warning>
      )}
    </div>
  );
}

function Warning({ children }: { children: ReactNode }) {
  return (
    <p
      role="status"
      className="flex gap-2 rounded-md border border-warn/30 bg-warn/10 px-3 py-2 text-sm text-warn"
    >
      <TriangleAlert size={15} className="mt-0.5 shrink-0" aria-hidden />
      <span className="min-w-0 break-words">{children}</span>
    </p>
  );
}

function LastRound({ iso }: { iso: string }) {
  return (
    <>
      Last upkeep <TimeAgo iso={iso} />
    </>
  );
}
