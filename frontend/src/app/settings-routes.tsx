/** Ties the settings pages to their URLs. */
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { ApiKeysPage } from "@/features/api-keys/api-keys-page";
import { AuditPage } from "@/features/auth/audit-page";
import { statusQuery } from "@/features/otel/ingest-status/status-query";

/** Keys, with what the telemetry side knows of their use. */
export function ApiKeysRoute() {
  const status = useQuery(statusQuery());
  const use = status.data && new Map(status.data.keys.map((key) => [key.key_id, key]));
  return <ApiKeysPage use={use} />;
}

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
