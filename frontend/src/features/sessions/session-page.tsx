/** One conversation: what was asked and answered, trace by trace. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Bot, CircleUser, MessagesSquare } from "lucide-react";
import { Button, buttonClass } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { BackLink, Fact, FactList } from "@/components/ui/detail-header";
import { LongText } from "@/components/ui/long-text";
import { Markdown } from "@/components/ui/markdown";
import { PageBody } from "@/components/ui/page";
import { EmptyState, ErrorState, SkeletonRows, StaleNotice } from "@/components/ui/states";
import { TimeAgo } from "@/components/ui/time-ago";
import { isNotFound } from "@/lib/api/problem";
import { formatDuration, nanosToNumber } from "@/lib/format/duration";
import { formatCount } from "@/lib/format/number";
import { usePreferences } from "@/state/preferences";
import { Cost, Tokens } from "@/telemetry/vocabulary/numbers";
import { RoleMark } from "@/telemetry/vocabulary/role-mark";
import { ErrorMark } from "@/telemetry/vocabulary/status";
import { type SessionDetail, sessionQuery, type Turn } from "./sessions-query";

const route = getRouteApi("/app/sessions/$sessionId");

export function SessionPage() {
  const { sessionId } = route.useParams();
  return <SessionOf key={sessionId} sessionId={sessionId} />;
}

function SessionOf({ sessionId }: { sessionId: string }) {
  const session = useInfiniteQuery(sessionQuery(sessionId));
  const pages = session.data?.pages ?? [];
  const first = pages[0];
  if (session.error && isNotFound(session.error)) {
    return (
      <EmptyState
        icon={MessagesSquare}
        title="This session is not here"
        action={
          <Link to="/sessions" className={buttonClass("secondary")}>
            All sessions
          </Link>
        }
      >
        No trace names <code className="break-all font-mono text-xs">{sessionId}</code>.
      </EmptyState>
    );
  }
  if (session.error && !first) return <ErrorState error={session.error} onRetry={() => session.refetch()} />;
  if (!first) return <SkeletonRows label="Loading session" />;
  return (
    <>
      {session.error && <StaleNotice error={session.error} />}
      <SessionHeader session={first} />
      <PageBody>
        <ol aria-label="Conversation" className="mx-auto grid max-w-3xl gap-6 px-4 py-6">
          {pages
            .flatMap((page) => page.traces)
            .map((turn) => (
              <TurnItem key={turn.trace_id} turn={turn} />
            ))}
        </ol>
        {session.hasNextPage && (
          <div className="grid justify-items-center pb-8">
            <Button disabled={session.isFetchingNextPage} onClick={() => void session.fetchNextPage()}>
              Later traces
            </Button>
          </div>
        )}
      </PageBody>
    </>
  );
}

function SessionHeader({ session }: { session: SessionDetail }) {
  return (
    <header className="shrink-0 border-line border-b px-4 pt-2.5 pb-2">
      <title>{`${session.session_id} · Junjo`}</title>
      <div className="flex min-w-0 items-center gap-2">
        <BackLink to="/sessions" label="Back to sessions" />
        <h1 className="min-w-0 truncate font-semibold text-lg tracking-tight">{session.session_id}</h1>
        {session.error_count > 0 && <ErrorMark count={session.error_count} />}
        <span className="ml-auto flex items-center gap-2">
          <Link
            to="/traces"
            search={{ session_id: session.session_id, range: "all" }}
            className={buttonClass("secondary", "sm")}
          >
            As list
          </Link>
          <CopyButton text={session.session_id} what="session id" />
        </span>
      </div>
      <FactList>
        <Fact name="Traces">{formatCount(session.trace_count)}</Fact>
        <Fact name="Model calls">{formatCount(session.llm_call_count)}</Fact>
        <Fact name="Tokens">
          <Tokens input={session.input_tokens} output={session.output_tokens} />
        </Fact>
        <Fact name="Cost">
          <Cost usd={session.cost_usd} unpricedCalls={session.unpriced_calls} />
        </Fact>
        {session.users.length > 0 && <Fact name="User">{session.users.join(", ")}</Fact>}
        <Fact name="Last active">
          <TimeAgo iso={session.last_start_time} />
        </Fact>
      </FactList>
    </header>
  );
}

function TurnItem({ turn }: { turn: Turn }) {
  return (
    <li className="grid min-w-0 gap-2">
      <div className="flex min-w-0 items-center gap-2 text-faint text-xs">
        <RoleMark spanRole={turn.root_role} kind="trace" />
        <Link
          to="/traces/$traceId"
          params={{ traceId: turn.trace_id }}
          className="inline-flex min-h-6 min-w-0 items-center truncate font-medium text-text hover:underline"
        >
          {turn.root_name || "(no name)"}
        </Link>
        {turn.error_count > 0 && <ErrorMark count={turn.error_count} />}
        <span className="ml-auto flex shrink-0 items-center gap-3 tnum">
          <span className="hidden sm:inline">
            <Tokens input={turn.input_tokens} output={turn.output_tokens} />
          </span>
          <span>{formatDuration(nanosToNumber(turn.duration_ns))}</span>
          <TimeAgo iso={turn.start_time} />
        </span>
      </div>
      <Bubble who="user" text={turn.first_user_text} />
      <Bubble who="assistant" text={turn.last_answer_text} />
      {turn.first_user_text === null && turn.last_answer_text === null && (
        <p className="rounded-lg border border-line border-dashed px-3 py-2 text-faint text-sm">
          No words were recorded in this trace.
        </p>
      )}
    </li>
  );
}

function Bubble({ who, text }: { who: "user" | "assistant"; text: string | null }) {
  const markdown = usePreferences((state) => state.markdown);
  if (text === null) return null;
  const user = who === "user";
  const Icon = user ? CircleUser : Bot;
  return (
    <div className="grid min-w-0 grid-cols-[20px_minmax(0,1fr)] gap-2.5">
      <Icon
        size={16}
        className="mt-2.5"
        style={{ color: user ? "var(--role-node)" : "var(--role-llm)" }}
        aria-label={user ? "User" : "Assistant"}
      />
      <div
        className={
          user
            ? "min-w-0 rounded-lg border border-line bg-sunken px-3 py-2"
            : "min-w-0 rounded-lg border border-[color-mix(in_oklab,var(--role-llm)_40%,var(--line))] bg-[color-mix(in_oklab,var(--role-llm)_7%,transparent)] px-3 py-2"
        }
      >
        {markdown && !user ? (
          <Markdown text={text} className="text-sm" />
        ) : (
          <LongText text={text} className="text-sm" />
        )}
      </div>
    </div>
  );
}
