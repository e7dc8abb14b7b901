/** Ties sessions and users of the telemetry to their URLs. */
import { getRouteApi } from "@tanstack/react-router";
import { SessionsPage, UsersPage } from "@/features/sessions/groups-page";
import { SessionPage } from "@/features/sessions/session-page";

const sessions = getRouteApi("/app/sessions");
const session = getRouteApi("/app/sessions/$sessionId");
const users = getRouteApi("/app/users");

export function SessionsRoute() {
  const search = sessions.useSearch();
  const navigate = sessions.useNavigate();
  return (
    <SessionsPage
      search={search}
      onSearchChange={(change) => void navigate({ search: (before) => ({ ...before, ...change }) })}
    />
  );
}

export function UsersRoute() {
  const search = users.useSearch();
  const navigate = users.useNavigate();
  return (
    <UsersPage
      search={search}
      onSearchChange={(change) => void navigate({ search: (before) => ({ ...before, ...change }) })}
    />
  );
}

export function SessionRoute() {
  const { sessionId } = session.useParams();
  return <SessionPage key={sessionId} sessionId={sessionId} />;
}
