/** One store of a run: whose it is, and whether its history is complete. */
import { CircleCheck } from "lucide-react";
import { formatCount, plural } from "@/lib/format/number";
import type { RunView } from "./model/run-view";

type Store = RunView["detail"]["stores"][number];

const STORE_ROLES: Record<string, string> = {
  own: "the run's own",
  application: "the application's, which the agent works on",
  nested: "of a run inside",
  outer: "of the run around",
  unclaimed: "claimed by no run",
};

export function StoreItem({ store }: { store: Store }) {
  const missing = store.missing_event_count ?? 0;
  return (
    <li className="grid min-w-0 gap-0.5 rounded-lg border border-line bg-sunken px-3 py-2 text-xs">
      <span className="flex min-w-0 items-center gap-2">
        <code className="min-w-0 truncate font-mono text-sm">{store.name ?? "Store"}</code>
        <span className="text-faint">{STORE_ROLES[store.role] ?? store.role}</span>
        <span className="ml-auto shrink-0 text-faint tnum">{plural(store.event_count, "change")}</span>
      </span>
      {store.owner_name !== null && <span className="truncate text-faint">{store.owner_name}</span>}
      {store.complete && store.replay_matches_end === true && (
        <span className="flex items-center gap-1.5 text-ok">
          <CircleCheck size={13} aria-hidden /> Complete: the changes lead to the end state that was sent.
        </span>
      )}
      {missing > 0 && (
        <span className="text-warn">
          {formatCount(missing)} of {formatCount(store.expected_event_count ?? 0)} changes never arrived.
        </span>
      )}
      {!store.complete && missing === 0 && store.dropped_events_count > 0 && (
        <span className="text-warn">
          The SDK dropped {plural(store.dropped_events_count, "event")}: this history is incomplete.
        </span>
      )}
      {store.replay_matches_end === false && (
        <span className="text-warn">The changes do not lead to the end state that was sent.</span>
      )}
    </li>
  );
}
