/** Lists of conversations and users, latest activity first. */

import { useInfiniteQuery } from "@tanstack/react-query";
import { CircleUser, MessagesSquare, X } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { DataTable } from "@/components/ui/data-table";
import { LiveMark } from "@/components/ui/live-mark";
import { NoMatches } from "@/components/ui/no-matches";
import { FilterBar, PageHeader } from "@/components/ui/page";
import { SearchInput } from "@/components/ui/search-input";
import { LoadState } from "@/components/ui/states";
import { TimeRangePicker } from "@/components/ui/time-range-picker";
import { loadNextPage } from "@/state/query-client";
import { type LiveState, useLiveList } from "@/state/use-live-list";
import { useSearchState } from "@/state/use-search-state";
import { ServiceSelect } from "@/telemetry/services/service-select";
import { type Conversation, conversationsQuery, type TelemetryUser, usersQuery } from "./conversations-query";
import { CONVERSATION_COLUMNS, CompactConversation, CompactUser, USER_COLUMNS } from "./group-columns";
import { type GroupsSearch, groupOrder, groupSort } from "./groups-search";

const conversationId = (conversation: Conversation) => conversation.session_id;
const userId = (user: TelemetryUser) => user.user_id;

interface SearchProps {
  search: GroupsSearch;
  onSearchChange: (change: Partial<GroupsSearch>) => void;
}

export function ConversationsPage() {
  const [search, onSearchChange] = useSearchState("/app/conversations");
  const conversations = useInfiniteQuery(conversationsQuery(search));
  const { rows, arrived, state } = useLiveList({
    list: conversations,
    idOf: conversationId,
    search,
    moving: true,
  });
  return (
    <Frame
      title="Conversations"
      search={search}
      list={conversations}
      state={state}
      onSearchChange={onSearchChange}
    >
      {conversations.data && rows.length === 0 && (
        <Nothing
          icon={MessagesSquare}
          title="No conversations here"
          attribute="session.id"
          search={search}
          onSearchChange={onSearchChange}
        />
      )}
      {rows.length > 0 && (
        <DataTable
          label="Conversations"
          sort={groupSort(search)}
          onSort={(sort) => onSearchChange(groupOrder(sort))}
          columns={CONVERSATION_COLUMNS}
          rows={rows}
          getRowId={conversationId}
          arrived={arrived}
          renderCompact={(row) => <CompactConversation conversation={row} />}
          onEndReached={() => loadNextPage(conversations)}
        />
      )}
    </Frame>
  );
}

export function UsersPage() {
  const [search, onSearchChange] = useSearchState("/app/users");
  const users = useInfiniteQuery(usersQuery(search));
  const { rows, arrived, state } = useLiveList({ list: users, idOf: userId, search, moving: true });
  return (
    <Frame title="End users" search={search} list={users} state={state} onSearchChange={onSearchChange}>
      {users.data && rows.length === 0 && (
        <Nothing
          icon={CircleUser}
          title="No users here"
          attribute="user.id"
          search={search}
          onSearchChange={onSearchChange}
        />
      )}
      {rows.length > 0 && (
        <DataTable
          label="End users"
          sort={groupSort(search)}
          onSort={(sort) => onSearchChange(groupOrder(sort))}
          columns={USER_COLUMNS}
          rows={rows}
          getRowId={userId}
          arrived={arrived}
          renderCompact={(row) => <CompactUser user={row} />}
          onEndReached={() => loadNextPage(users)}
        />
      )}
    </Frame>
  );
}

interface FrameProps extends SearchProps {
  title: "Conversations" | "End users";
  list: { isPending: boolean; error: Error | null; data: unknown; refetch: () => unknown };
  state: LiveState;
  children: ReactNode;
}

function Frame({ title, search, list, state, onSearchChange, children }: FrameProps) {
  return (
    <>
      <PageHeader
        title={title}
        note={<LiveMark state={state} />}
        actions={<TimeRangePicker value={search} onValueChange={onSearchChange} />}
      />
      <FilterBar>
        <SearchInput
          value={search.q ?? ""}
          label={`Search ${title.toLowerCase()}`}
          placeholder="Search by id"
          onValueChange={(text) => onSearchChange({ q: text.trim() || undefined })}
          className="min-w-48 max-w-md flex-1 basis-60"
        />
        <ServiceSelect value={search.service} onValueChange={(service) => onSearchChange({ service })} />
        {search.user_id !== undefined && (
          <Button onClick={() => onSearchChange({ user_id: undefined })} aria-label="Remove filter User">
            <span className="text-muted">User</span> {search.user_id} <X size={13} />
          </Button>
        )}
      </FilterBar>
      <LoadState query={list} label={`Loading ${title.toLowerCase()}`} />
      {children}
    </>
  );
}

interface NothingProps extends SearchProps {
  icon: typeof MessagesSquare;
  title: string;
  attribute: string;
}

function Nothing({ icon, title, attribute, search, onSearchChange }: NothingProps) {
  const filtered = search.q !== undefined || search.service !== undefined || search.user_id !== undefined;
  const clear = () => onSearchChange({ q: undefined, service: undefined, user_id: undefined });
  return (
    <NoMatches
      icon={icon}
      title={title}
      window={search}
      onWindowChange={onSearchChange}
      onClear={filtered ? clear : undefined}
    >
      Spans say where they belong in <code className="font-mono">{attribute}</code>; other vocabularies are
      understood as well.
    </NoMatches>
  );
}
