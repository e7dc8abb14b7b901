/** Ties the log records to their URL. */
import { getRouteApi } from "@tanstack/react-router";
import { LogsPage } from "@/features/logs/logs-page";

const logs = getRouteApi("/app/logs");

export function LogsRoute() {
  const search = logs.useSearch();
  const navigate = logs.useNavigate();
  return (
    <LogsPage
      search={search}
      onSearchChange={(change) => void navigate({ search: (before) => ({ ...before, ...change }) })}
    />
  );
}
