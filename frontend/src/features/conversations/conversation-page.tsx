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
import { type ConversationDetail, conversationQuery, type Turn } from "./conversations-query";

const route = getRouteApi("/app/conversations/$conversationId");

export function ConversationPage() {
  const { conversationId } = route.useParams();
  return <ConversationOf key={conversationId} conversationId={conversationId} />;
}

function ConversationOf({ conversationId }: { conversationId: string }) {
  const conversation = useInfiniteQuery(conversationQuery(conversationId));
  const pages = conversation.data?.pages ?? [];
  const first = pages[0];
  if (conversation.error && isNotFound(conversation.error)) {
    return (
      <EmptyState
        icon={MessagesSquare}
        title="This conversation is not here"
        action={
          <Link to="/conversations" className={buttonClass("secondary")}>
            All conversations
          </Link>
        }
      >
        No trace names <code className="break-all font-mono text-xs">{conversationId}</code>.
      </EmptyState>
    );
  }
  if (conversation.error && !first)
    return <ErrorState error={conversation.error} onRetry={() => conversation.refetch()} />;
  if (!first) return <SkeletonRows label="Loading conversation" />;
  return (
    <>
      {conversation.error && <StaleNotice error={conversation.error} />}
      <ConversationHeader conversation={first} />
      <PageBody>
        <ol aria-label="Conversation" className="mx-auto grid max-w-3xl gap-6 px-4 py-6">
          {pages
            .flatMap((page) => page.traces)
            .map((turn) => (
              <TurnItem key={turn.trace_id} turn={turn} />
            ))}
        </ol>
        {conversation.hasNextPage && (
          <div className="grid justify-items-center pb-8">
            <Button
              disabled={conversation.isFetchingNextPage}
              onClick={() => void conversation.fetchNextPage()}
            >
              Later traces
            </Button>
          </div>
        )}
      </PageBody>
    </>
  );
}

function ConversationHeader({ conversation }: { conversation: ConversationDetail }) {
  return (
    <header className="shrink-0 border-line border-b px-4 pt-2.5 pb-2">
      <title>{`${conversation.session_id} · Junjo`}</title>
      <div className="flex min-w-0 items-center gap-2">
        <BackLink to="/conversations" label="Back to conversations" />
        <h1 className="min-w-0 truncate font-semibold text-lg tracking-tight">{conversation.session_id}</h1>
        {conversation.error_count > 0 && <ErrorMark count={conversation.error_count} />}
        <span className="ml-auto flex items-center gap-2">
          <Link
            to="/traces"
            search={{ session_id: conversation.session_id, range: "all" }}
            className={buttonClass("secondary", "sm")}
          >
            As list
          </Link>
          <CopyButton text={conversation.session_id} what="conversation id" />
        </span>
      </div>
      <FactList>
        <Fact name="Traces">{formatCount(conversation.trace_count)}</Fact>
        <Fact name="Model calls">{formatCount(conversation.llm_call_count)}</Fact>
        <Fact name="Tokens">
          <Tokens input={conversation.input_tokens} output={conversation.output_tokens} />
        </Fact>
        <Fact name="Cost">
          <Cost usd={conversation.cost_usd} unpricedCalls={conversation.unpriced_calls} />
        </Fact>
        {conversation.users.length > 0 && <Fact name="User">{conversation.users.join(", ")}</Fact>}
        <Fact name="Last active">
          <TimeAgo iso={conversation.last_start_time} />
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
