/** A stable link: waits for telemetry, then shows the run or its trace at this address. */
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Hourglass, Unlink, Waypoints } from "lucide-react";
import { Suspense } from "react";
import { buttonClass } from "@/components/ui/button";
import { EmptyState, ErrorState, SkeletonRows } from "@/components/ui/states";
import { isUnavailable } from "@/lib/api/problem";
import { formatExact } from "@/lib/format/time";
import { useExecutableView } from "@/telemetry/slots/executable-views";
import { type Owner, resolveQuery } from "./resolve-query";
import { EXECUTABLE_TYPES, type Identity, identityOf } from "./resolve-search";

const route = getRouteApi("/app/resolve/executable");

/** What a page of its own shows; the rest is shown in its trace. */
const RUNS = new Set(["workflow", "subflow", "agent"]);

export function ResolvePage() {
  const search = route.useSearch();
  const identity = identityOf(search);
  if (identity === undefined) return <BrokenLink />;
  return <Resolved key={JSON.stringify(identity)} identity={identity} destination={search.destination} />;
}

interface ResolvedProps {
  identity: Identity;
  destination: "detail" | "trace" | undefined;
}

function Resolved({ identity, destination }: ResolvedProps) {
  const answer = useQuery(resolveQuery(identity));
  const isRun = RUNS.has(identity.executable_type);
  const View = useExecutableView(destination === "trace" || !isRun ? "trace" : "detail");
  const found = answer.data;
  if (found?.resolution === "conflict") return <Conflict owners={found.owners} more={found.has_more} />;
  const [owner] = found?.owners ?? [];
  if (owner !== undefined && View !== undefined) {
    return (
      <Suspense fallback={<SkeletonRows label="Loading" />}>
        <View traceId={owner.trace_id} spanId={owner.span_id} />
      </Suspense>
    );
  }
  if (answer.error && !isUnavailable(answer.error)) {
    return <ErrorState error={answer.error} onRetry={() => answer.refetch()} />;
  }
  if (answer.isPending && !answer.error) return <SkeletonRows label="Looking for the run" />;
  return <Waiting identity={identity} stopped={found?.incomplete ?? null} />;
}

interface WaitingProps {
  identity: Identity;
  /** How far back was looked, when not everything was. */
  stopped: { searched_from: string } | null;
}

function Waiting({ identity, stopped }: WaitingProps) {
  return (
    <EmptyState icon={Hourglass} title="Waiting for telemetry">
      <p role="status">
        No {identity.executable_type.replace("_", " ")} with this id has arrived yet. This page looks for it
        again by itself and shows it as soon as it is here.
      </p>
      {stopped && <p>What started before {formatExact(stopped.searched_from)} was not looked through.</p>}
      <dl className="mx-auto mt-3 grid w-fit grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-left text-xs">
        {identity.service_namespace !== "" && <Fact name="Namespace">{identity.service_namespace}</Fact>}
        <Fact name="Service">{identity.service_name}</Fact>
        <Fact name="Run">{identity.runtime_id}</Fact>
      </dl>
    </EmptyState>
  );
}

function Fact({ name, children }: { name: string; children: string }) {
  return (
    <>
      <dt className="text-faint">{name}</dt>
      <dd className="break-all font-mono">{children}</dd>
    </>
  );
}

function Conflict({ owners, more }: { owners: Owner[]; more: boolean }) {
  return (
    <EmptyState icon={Waypoints} title="Several runs have this identity">
      <p role="status">
        The id of a run has to be its own, so it cannot be said which of these the link means. They were sent
        by applications that use the same id, or one run was sent under two traces.
      </p>
      <ul aria-label="Runs with this identity" className="mt-3 grid gap-1 text-left">
        {owners.map((owner) => (
          <li key={`${owner.trace_id}-${owner.span_id}`} className="flex min-w-0 items-baseline gap-3">
            <Link
              to="/traces/$traceId"
              params={{ traceId: owner.trace_id }}
              search={{ span: owner.span_id }}
              className="inline-flex min-h-6 min-w-0 items-center truncate text-accent-text hover:underline"
            >
              {owner.name}
            </Link>
            <span className="ml-auto shrink-0 text-faint text-xs">{formatExact(owner.start_time)}</span>
          </li>
        ))}
      </ul>
      {more && <p className="mt-2">There are more.</p>}
    </EmptyState>
  );
}

function BrokenLink() {
  return (
    <EmptyState
      icon={Unlink}
      title="This link is not complete"
      action={
        <Link to="/runs" className={buttonClass("secondary")}>
          All runs
        </Link>
      }
    >
      It has to name service_name, executable_type ({EXECUTABLE_TYPES.join(", ")}) and runtime_id.
    </EmptyState>
  );
}
