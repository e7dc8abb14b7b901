/** One user that telemetry names: totals, cost over time, traces and conversations. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { CircleUser, MessagesSquare } from "lucide-react";
import { lazy, Suspense, useMemo } from "react";
import { buttonClass } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { DataTable } from "@/components/ui/data-table";
import { BackLink, Fact, FactList } from "@/components/ui/detail-header";
import { LiveMark } from "@/components/ui/live-mark";
import { NoMatches } from "@/components/ui/no-matches";
import { LoadState } from "@/components/ui/states";
import { Tab, TabList, TabPanel, Tabs } from "@/components/ui/tabs";
import { TimeRangePicker } from "@/components/ui/time-range-picker";
import { formatCount } from "@/lib/format/number";
import { longestNanos } from "@/lib/longest";
import { loadNextPage } from "@/state/query-client";
import { useLiveList } from "@/state/use-live-list";
import { useSearchState } from "@/state/use-search-state";
import { servicesQuery } from "@/telemetry/services/services-query";
import { statsQuery } from "@/telemetry/stats/stats-query";
import { attributeColumns, DEFAULT_COLUMNS } from "@/telemetry/traces/columns";
import { orderSearch, sortOf } from "@/telemetry/traces/order";
import { CompactTrace, TRACE_CARD_PX, traceColumns } from "@/telemetry/traces/trace-columns";
import { traceIdOf, useTraces } from "@/telemetry/traces/use-traces";
import { Cost, Tokens } from "@/telemetry/vocabulary/numbers";
import { ErrorMark } from "@/telemetry/vocabulary/status";
import { type Conversation, conversationsQuery } from "./conversations-query";
import { CONVERSATION_COLUMNS, CompactConversation } from "./group-columns";
import type { UserSearch } from "./user-search";

const UserCost = lazy(() => import("./user-cost"));

const ID = "/app/users/$userId";
const route = getRouteApi(ID);
const ALL_TIME = { range: "all" } as const;

const PANEL = "flex min-h-0 flex-1 flex-col data-[state=inactive]:hidden";

interface PartProps {
  userId: string;
  search: UserSearch;
  onSearchChange: (change: Partial<UserSearch>) => void;
}

export function UserPage() {
  const { userId } = route.useParams();
  const [search, onSearchChange] = useSearchState(ID);
  const part = { userId, search, onSearchChange };
  return (
    <>
      <UserHeader {...part} />
      <Tabs
        value={search.tab ?? "traces"}
        onValueChange={(tab) => onSearchChange({ tab: tab === "conversations" ? tab : undefined })}
        className="flex min-h-0 flex-1 flex-col"
      >
        <TabList label="What to show" className="shrink-0 px-4">
          <Tab value="traces">Traces</Tab>
          <Tab value="conversations">Conversations</Tab>
        </TabList>
        <TabPanel value="traces" className={PANEL}>
          <UserTraces {...part} />
        </TabPanel>
        <TabPanel value="conversations" className={PANEL}>
          <UserConversations {...part} />
        </TabPanel>
      </Tabs>
    </>
  );
}

function UserHeader({ userId, search, onSearchChange }: PartProps) {
  const { range, from, to } = search;
  const window = useMemo(() => ({ range, from, to }), [range, from, to]);
  const services = useQuery({ ...servicesQuery(ALL_TIME), enabled: range === "all" });
  const earliest = services.data?.map((service) => service.first_seen).sort()[0];
  const stats = useQuery(
    statsQuery(
      window,
      { of: "traces", interval: "auto", user_id: userId },
      range === "all" ? earliest : undefined,
    ),
  );
  const sum = stats.data?.totals[0];
  return (
    <header className="shrink-0 border-line border-b px-4 pt-2.5 pb-2">
      <title>{`${userId} · Junjo`}</title>
      <div className="flex min-w-0 flex-wrap items-center gap-2">
        <BackLink to="/users" label="Back to users" />
        <CircleUser size={18} className="shrink-0 text-faint" aria-hidden />
        <h1 className="min-w-0 truncate font-semibold text-lg tracking-tight">{userId}</h1>
        {sum !== undefined && sum.error_count > 0 && (
          <ErrorMark count={sum.error_count} label={`${formatCount(sum.error_count)} failed traces`} />
        )}
        <span className="ml-auto flex items-center gap-2">
          <Link
            to="/traces"
            search={{ user_id: userId, ...window }}
            className={buttonClass("secondary", "sm")}
          >
            As list
          </Link>
          <CopyButton text={userId} what="user id" />
          <TimeRangePicker value={search} onValueChange={onSearchChange} />
        </span>
      </div>
      <LoadState query={stats} label="Loading the user's figures" />
      {sum && (
        <FactList>
          <Fact name="Traces">{formatCount(sum.count)}</Fact>
          <Fact name="Failed">{formatCount(sum.error_count)}</Fact>
          <Fact name="Model calls">{formatCount(sum.llm_call_count)}</Fact>
          <Fact name="Tokens">
            <Tokens input={sum.input_tokens} output={sum.output_tokens} />
          </Fact>
          <Fact name="Cost">
            <Cost usd={sum.cost_usd} unpricedCalls={sum.unpriced_calls} calls={sum.llm_call_count} />
          </Fact>
        </FactList>
      )}
      {stats.data && stats.data.items.length > 0 && (
        <Suspense fallback={<div className="h-24" />}>
          <UserCost stats={stats.data} onBrush={onSearchChange} />
        </Suspense>
      )}
    </header>
  );
}

function UserTraces({ userId, search, onSearchChange }: PartProps) {
  const { range, from, to, order, direction } = search;
  const attributes = useMemo(() => attributeColumns(DEFAULT_COLUMNS), []);
  const list = useTraces({ search: { range, from, to, order, direction, user_id: userId }, attributes });
  const { traces, rows } = list;
  const longest = longestNanos(rows);
  const columns = useMemo(() => traceColumns(DEFAULT_COLUMNS, longest), [longest]);
  return (
    <>
      <LoadState query={traces} label="Loading traces" />
      {traces.data && rows.length === 0 && (
        <NoMatches
          icon={CircleUser}
          title="No traces of this user in this window"
          window={search}
          onWindowChange={onSearchChange}
          onClear={undefined}
        >
          Spans name the user in <code className="font-mono">user.id</code>; other vocabularies are understood
          as well.
        </NoMatches>
      )}
      {rows.length > 0 && (
        <DataTable
          label="Traces"
          columns={columns}
          rows={rows}
          getRowId={traceIdOf}
          renderCompact={(row) => <CompactTrace trace={row} />}
          cardPx={TRACE_CARD_PX}
          arrived={list.arrived}
          sort={sortOf(search)}
          onSort={(sort) => onSearchChange(orderSearch(sort))}
          onEndReached={() => loadNextPage(traces)}
          footer={<LiveFooter state={list.state} />}
        />
      )}
    </>
  );
}

function LiveFooter({ state }: { state: ReturnType<typeof useTraces>["state"] }) {
  return (
    <p className="py-4 text-center">
      <LiveMark state={state} />
    </p>
  );
}

const conversationId = (conversation: Conversation) => conversation.session_id;

function UserConversations({ userId, search, onSearchChange }: PartProps) {
  const { range, from, to } = search;
  const listed = { range, from, to, user_id: userId };
  const conversations = useInfiniteQuery(conversationsQuery(listed));
  const { rows, arrived } = useLiveList({
    list: conversations,
    idOf: conversationId,
    search: listed,
    moving: true,
  });
  return (
    <>
      <LoadState query={conversations} label="Loading conversations" />
      {conversations.data && rows.length === 0 && (
        <NoMatches
          icon={MessagesSquare}
          title="No conversations of this user in this window"
          window={search}
          onWindowChange={onSearchChange}
          onClear={undefined}
        >
          The user’s spans name no conversation in <code className="font-mono">session.id</code>. Their traces
          are in the other tab.
        </NoMatches>
      )}
      {rows.length > 0 && (
        <DataTable
          label="Conversations"
          columns={CONVERSATION_COLUMNS}
          rows={rows}
          getRowId={conversationId}
          arrived={arrived}
          renderCompact={(row) => <CompactConversation conversation={row} />}
          onEndReached={() => loadNextPage(conversations)}
        />
      )}
    </>
  );
}
