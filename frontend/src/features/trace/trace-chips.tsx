/** Where a trace belongs: its conversation, user, environment and version, each leading to all that share it. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleUser, Cloud, type LucideIcon, MessagesSquare, Tag } from "lucide-react";
import { type SpanDetail, spanQuery } from "@/telemetry/trace/span-query";
import type { TraceData } from "@/telemetry/trace/trace-query";

const CHIP =
  "inline-flex h-6 max-w-56 min-w-0 items-center gap-1 rounded-md border border-line bg-sunken px-1.5 text-xs text-muted hover:border-line-strong hover:text-text";

interface TraceChipsProps {
  data: TraceData;
  rootId: string | undefined;
}

export function TraceChips({ data, rootId }: TraceChipsProps) {
  const root = useQuery({ ...spanQuery(data.traceId, rootId ?? ""), enabled: rootId !== undefined });
  const { session_id: conversation, user_id: user } = data.summary;
  const environment = root.data?.derived.environment ?? null;
  const version = root.data ? versionOf(root.data) : undefined;
  if (conversation === null && user === null && environment === null && version === undefined) return null;
  return (
    <p className="mt-1.5 flex min-w-0 flex-wrap gap-1.5 pl-6.5">
      {conversation !== null && (
        <Link
          to="/conversations/$conversationId"
          params={{ conversationId: conversation }}
          title={`Conversation ${conversation}`}
          className={CHIP}
        >
          <Inside icon={MessagesSquare} what="Conversation" value={conversation} />
        </Link>
      )}
      {user !== null && (
        <Link to="/traces" search={{ user_id: user, range: "all" }} title={`User ${user}`} className={CHIP}>
          <Inside icon={CircleUser} what="User" value={user} />
        </Link>
      )}
      {environment !== null && (
        <Link
          to="/traces"
          search={{ filter: `environment = ${JSON.stringify(environment)}`, range: "all" }}
          title={`Environment ${environment}`}
          className={CHIP}
        >
          <Inside icon={Cloud} what="Environment" value={environment} />
        </Link>
      )}
      {version !== undefined && (
        <Link
          to="/traces"
          search={{ filter: `service_version = ${JSON.stringify(version)}`, range: "all" }}
          title={`Version ${version}`}
          className={CHIP}
        >
          <Inside icon={Tag} what="Version" value={version} />
        </Link>
      )}
    </p>
  );
}

function Inside({ icon: Icon, what, value }: { icon: LucideIcon; what: string; value: string }) {
  return (
    <>
      <Icon size={12} className="shrink-0 text-faint" aria-hidden />
      <span className="sr-only">{what}</span>
      <span className="truncate">{value}</span>
    </>
  );
}

function versionOf({ resource, derived }: SpanDetail): string | undefined {
  const named = (resource.attributes as Record<string, unknown> | undefined)?.["service.version"];
  return typeof named === "string" && named !== "" ? named : (derived.release ?? undefined);
}
