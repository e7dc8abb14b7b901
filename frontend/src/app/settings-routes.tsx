/** Ties the settings pages to their URLs. */
import { getRouteApi } from "@tanstack/react-router";
import { AuditPage } from "@/features/auth/audit-page";

const audit = getRouteApi("/app/settings/audit");

export function AuditRoute() {
  const search = audit.useSearch();
  const navigate = audit.useNavigate();
  return (
    <AuditPage
      search={search}
      onSearchChange={(change) => void navigate({ search: (before) => ({ ...before, ...change }) })}
    />
  );
}
