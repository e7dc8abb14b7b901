/** What rows of conversations and users say. */
import { Link } from "@tanstack/react-router";
import { CircleUser, MessagesSquare } from "lucide-react";
import { type DataColumns, dataColumns } from "@/components/ui/data-columns";
import { rowLinkClass } from "@/components/ui/row-link";
import { TimeAgo } from "@/components/ui/time-ago";
import { plural } from "@/lib/format/number";
import { Names } from "@/telemetry/vocabulary/names";
import { Cost, Count, Tokens, Unknown } from "@/telemetry/vocabulary/numbers";
import { ErrorMark } from "@/telemetry/vocabulary/status";
import type { Conversation, TelemetryUser } from "./conversations-query";

type Numbers = Pick<
  Conversation,
  | "trace_count"
  | "error_count"
  | "llm_call_count"
  | "input_tokens"
  | "output_tokens"
  | "cost_usd"
  | "unpriced_calls"
  | "last_start_time"
  | "services"
>;

function numberColumns<Row extends Numbers>(): DataColumns<Row> {
  const column = dataColumns<Row>();
  return column.columns([
    column.display({
      id: "service",
      header: "Services",
      meta: { track: "minmax(96px,1fr)", from: 820 },
      cell: ({ row }) => <Names names={row.original.services} />,
    }),
    column.display({
      id: "traces",
      header: "Traces",
      meta: { track: "60px", align: "end" },
      cell: ({ row }) => <Count value={row.original.trace_count} one="trace" />,
    }),
    column.display({
      id: "calls",
      header: "Calls",
      meta: { track: "56px", align: "end", from: 700 },
      cell: ({ row }) => <Count value={row.original.llm_call_count} one="model call" />,
    }),
    column.display({
      id: "tokens",
      header: "Tokens",
      meta: { track: "96px", align: "end", from: 640, sort: "desc" },
      cell: ({ row }) => <Tokens input={row.original.input_tokens} output={row.original.output_tokens} />,
    }),
    column.display({
      id: "cost",
      header: "Cost",
      meta: { track: "84px", align: "end", sort: "desc" },
      cell: ({ row }) => <GroupCost row={row.original} />,
    }),
    column.display({
      id: "start",
      header: "Last active",
      meta: { track: "100px", align: "end", sort: "desc" },
      cell: ({ row }) => (
        <TimeAgo iso={row.original.last_start_time} className="whitespace-nowrap text-muted tnum" />
      ),
    }),
  ]) as DataColumns<Row>;
}

const conversationColumn = dataColumns<Conversation>();

export const CONVERSATION_COLUMNS: DataColumns<Conversation> = [
  ...(conversationColumn.columns([
    conversationColumn.display({
      id: "conversation",
      header: "Conversation",
      meta: { track: "minmax(200px,2fr)" },
      cell: ({ row }) => <ConversationName conversation={row.original} />,
    }),
    conversationColumn.display({
      id: "user",
      header: "User",
      meta: { track: "minmax(90px,1fr)", from: 940 },
      cell: ({ row }) =>
        row.original.users.length === 0 ? (
          <Unknown why="No span of it names a user" />
        ) : (
          <Names names={row.original.users} />
        ),
    }),
  ]) as DataColumns<Conversation>),
  ...numberColumns<Conversation>(),
];

const userColumn = dataColumns<TelemetryUser>();

export const USER_COLUMNS: DataColumns<TelemetryUser> = [
  ...(userColumn.columns([
    userColumn.display({
      id: "user",
      header: "User",
      meta: { track: "minmax(200px,2fr)" },
      cell: ({ row }) => <UserName user={row.original} />,
    }),
    userColumn.display({
      id: "conversations",
      header: "Conversations",
      meta: { track: "100px", align: "end", from: 760 },
      cell: ({ row }) => <Count value={row.original.session_count} one="conversation" />,
    }),
  ]) as DataColumns<TelemetryUser>),
  ...numberColumns<TelemetryUser>(),
];

function ConversationName({ conversation }: { conversation: Conversation }) {
  return (
    <span className="flex min-w-0 items-center gap-2.5">
      <MessagesSquare size={15} className="shrink-0 text-faint" aria-hidden />
      <Link
        to="/conversations/$conversationId"
        params={{ conversationId: conversation.session_id }}
        className={rowLinkClass}
      >
        {conversation.session_id}
      </Link>
      {conversation.error_count > 0 && <ErrorMark count={conversation.error_count} />}
      <span className="hidden min-w-0 truncate text-faint text-xs lg:inline">
        {conversation.first_root_name}
      </span>
    </span>
  );
}

function UserName({ user }: { user: TelemetryUser }) {
  return (
    <span className="flex min-w-0 items-center gap-2.5">
      <CircleUser size={15} className="shrink-0 text-faint" aria-hidden />
      <Link to="/users/$userId" params={{ userId: user.user_id }} className={rowLinkClass}>
        {user.user_id}
      </Link>
      {user.error_count > 0 && <ErrorMark count={user.error_count} />}
    </span>
  );
}

export function CompactConversation({ conversation }: { conversation: Conversation }) {
  return (
    <>
      <ConversationName conversation={conversation} />
      <CompactNumbers row={conversation} />
    </>
  );
}

export function CompactUser({ user }: { user: TelemetryUser }) {
  return (
    <>
      <UserName user={user} />
      <CompactNumbers row={user} />
    </>
  );
}

function GroupCost({ row }: { row: Numbers }) {
  return <Cost usd={row.cost_usd} unpricedCalls={row.unpriced_calls} calls={row.llm_call_count} />;
}

function CompactNumbers({ row }: { row: Numbers }) {
  return (
    <span className="mt-1 flex gap-3 pl-6 text-faint text-xs tnum">
      <span>{plural(row.trace_count, "trace")}</span>
      <GroupCost row={row} />
      <TimeAgo iso={row.last_start_time} className="ml-auto" />
    </span>
  );
}
