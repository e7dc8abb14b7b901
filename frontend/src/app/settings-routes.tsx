/** Ties the settings pages to their URLs. */
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { ApiKeysPage } from "@/features/api-keys/api-keys-page";
import { AuditPage } from "@/features/auth/audit-page";
import { usersQuery } from "@/features/auth/users-query";
import { StoragePage } from "@/features/storage/storage-page";
import { sessionQuery } from "@/state/session-query";
import { statusQuery } from "@/telemetry/ingest/status-query";

/** Keys, with what the telemetry side knows of their use. */
export function ApiKeysRoute() {
  const status = useQuery(statusQuery());
  const use = status.data && new Map(status.data.keys.map((key) => [key.key_id, key]));
  return <ApiKeysPage use={use} />;
}

/** Storage, with the addresses of those who deleted something; only admins may know them. */
export function StorageRoute() {
  const me = useQuery(sessionQuery());
  const admin = me.data?.role === "admin";
  const users = useQuery({ ...usersQuery(), enabled: admin });
  const people = new Map(users.data?.map((user) => [user.id, user.email]));
  return <StoragePage admin={admin} people={people} />;
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
