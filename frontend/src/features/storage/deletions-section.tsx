/** What was deleted, by whom, and whether it is gone from the disk. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { LoaderCircle, Trash2 } from "lucide-react";
import { useState } from "react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { SettingsSection } from "@/components/ui/settings-section";
import { LoadState } from "@/components/ui/states";
import { TimeAgo } from "@/components/ui/time-ago";
import { plural } from "@/lib/format/number";
import { DeleteTelemetryDialog } from "./delete-telemetry-dialog";
import { type Deletion, deletionsQuery } from "./storage-query";

interface DeletionsSectionProps {
  admin: boolean;
  /** Addresses of accounts by id, as far as they may be known. */
  people: ReadonlyMap<string, string>;
}

export function DeletionsSection({ admin, people }: DeletionsSectionProps) {
  const deletions = useInfiniteQuery(deletionsQuery());
  const [asking, setAsking] = useState(false);
  const rows = deletions.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <SettingsSection
      title="Deletions"
      note="Hidden immediately; “pending” until also erased from disk."
      actions={
        admin && (
          <Button onClick={() => setAsking(true)}>
            <Trash2 size={15} /> Delete telemetry
          </Button>
        )
      }
    >
      <LoadState query={deletions} label="Loading deletions" />
      {deletions.data && rows.length === 0 && (
        <p className="rounded-lg border border-line border-dashed px-3 py-2.5 text-faint text-sm">
          Nothing was deleted.
        </p>
      )}
      {rows.length > 0 && (
        <ul aria-label="Deletions" className="rounded-lg border border-line">
          {rows.map((deletion) => (
            <DeletionRow key={deletion.id} deletion={deletion} people={people} />
          ))}
        </ul>
      )}
      {deletions.hasNextPage && (
        <Button
          className="justify-self-start"
          disabled={deletions.isFetchingNextPage}
          onClick={() => void deletions.fetchNextPage()}
        >
          Show older ones
        </Button>
      )}
      {asking && <DeleteTelemetryDialog onClose={() => setAsking(false)} />}
    </SettingsSection>
  );
}

interface DeletionRowProps {
  deletion: Deletion;
  people: ReadonlyMap<string, string>;
}

function DeletionRow({ deletion, people }: DeletionRowProps) {
  const pending = deletion.state === "pending";
  return (
    <li className="flex items-center gap-3 border-line border-b px-3 py-2.5 last:border-b-0">
      <div className="grid min-w-0 flex-1 gap-0.5">
        <span className="min-w-0 truncate font-medium" title={deletion.trace_ids.join("\n")}>
          {describeDeletion(deletion)}
        </span>
        <span className="flex min-w-0 flex-wrap gap-x-3 text-faint text-xs">
          <span className="min-w-0 truncate">{describeRequester(deletion, people)}</span>
          <span>
            requested <TimeAgo iso={deletion.requested_at} />
          </span>
          {deletion.finished_at && (
            <span>
              done <TimeAgo iso={deletion.finished_at} />
            </span>
          )}
        </span>
      </div>
      <Badge tone={pending ? "warn" : "ok"}>
        {pending && <LoaderCircle size={11} className="animate-spin" aria-hidden />}
        {deletion.state}
      </Badge>
    </li>
  );
}

function describeDeletion({ service, trace_count, trace_ids }: Deletion): string {
  if (service !== null) return `Everything of ${service}`;
  const first = trace_ids[0];
  const count = trace_count ?? trace_ids.length;
  return count === 1 && first ? `Trace ${first}` : plural(count, "trace");
}

function describeRequester({ requested_by }: Deletion, people: ReadonlyMap<string, string>): string {
  if (requested_by === null) return "by retention";
  return `by ${people.get(requested_by) ?? `account ${requested_by}`}`;
}
