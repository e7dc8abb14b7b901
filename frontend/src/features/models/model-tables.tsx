/** How a model's calls failed, which of its releases were called, and by whom. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { formatCount } from "@/lib/format/number";
import { formatShare } from "@/lib/format/share";
import type { TimeRangeSearch } from "@/lib/time-range";
import { COST, countColumn, FAILED, P95, TOKENS } from "@/telemetry/stats/columns";
import { type StatColumn, StatTable } from "@/telemetry/stats/stat-table";
import { type StatsItem, statsQuery } from "@/telemetry/stats/stats-query";
import { shortModel } from "@/telemetry/vocabulary/models";

interface ModelTablesProps {
  window: TimeRangeSearch;
  model: string;
  earliest: string | undefined;
}

export function ModelTables(props: ModelTablesProps) {
  return (
    <div className="grid min-w-0 grid-cols-1 items-start gap-4 xl:grid-cols-2">
      <ErrorKinds {...props} />
      <Releases {...props} />
      <Callers {...props} />
    </div>
  );
}

const CALLS = { of: "spans", role: "llm", interval: "none" } as const;

function ErrorKinds({ window, model, earliest }: ModelTablesProps) {
  const stats = useQuery(
    statsQuery(window, { ...CALLS, model, status: "error", group_by: "error_type" }, earliest),
  );
  const rows = stats.data?.totals ?? [];
  const all = rows.reduce((sum, row) => sum + row.count, 0);
  const columns: StatColumn<StatsItem>[] = [
    {
      name: "Kind",
      className: "max-w-72",
      cell: ({ group: { error_type: kind } }) => (
        <Link
          to="/traces"
          search={{
            ...window,
            model,
            filter: kind == null ? "status = error" : `error_type = ${JSON.stringify(kind)}`,
          }}
          className="block truncate font-mono text-danger-text text-xs hover:underline"
          title={kind ?? ""}
        >
          {kind ?? "no type given"}
        </Link>
      ),
    },
    { name: "Calls", end: true, cell: (row) => formatCount(row.count) },
    { name: "Share", end: true, cell: (row) => formatShare(row.count, all) },
  ];
  return (
    <StatTable
      title="Errors by kind"
      columns={columns}
      rows={rows}
      keyOf={(row) => row.group.error_type ?? ""}
      nothing="No call failed in this window."
      query={stats}
    />
  );
}

/** The same model under other dates: what was called before, and what is called now. */
function Releases({ window, model, earliest }: ModelTablesProps) {
  const family = shortModel(model);
  const stats = useQuery(
    statsQuery(
      window,
      { ...CALLS, group_by: "model", filter: `model contains ${JSON.stringify(family)}` },
      earliest,
    ),
  );
  const rows = (stats.data?.totals ?? []).filter((row) => shortModel(row.group.model ?? "") === family);
  const name: StatColumn<StatsItem> = {
    name: "Version",
    className: "max-w-72",
    cell: ({ group: { model: id } }) =>
      id === model ? (
        <span className="block truncate font-medium">{id}</span>
      ) : (
        <Link
          to="/models/$model"
          params={{ model: id ?? "" }}
          search={window}
          className="block truncate text-accent-text hover:underline"
        >
          {id}
        </Link>
      ),
  };
  return (
    <StatTable
      title="Versions"
      columns={[name, countColumn("Calls"), FAILED, P95, COST]}
      rows={rows}
      keyOf={(row) => row.group.model ?? ""}
      nothing="No version was called in this window."
      query={stats}
    />
  );
}

function Callers({ window, model, earliest }: ModelTablesProps) {
  const stats = useQuery(statsQuery(window, { ...CALLS, model, group_by: "service" }, earliest));
  const service: StatColumn<StatsItem> = {
    name: "Service",
    className: "max-w-72",
    cell: ({ group }) => (
      <Link
        to="/services/$service"
        params={{ service: group.service ?? "" }}
        search={window}
        className="block truncate font-medium hover:underline"
      >
        {group.service}
      </Link>
    ),
  };
  return (
    <StatTable
      title="Called by"
      columns={[service, countColumn("Calls"), FAILED, P95, TOKENS, COST]}
      rows={stats.data?.totals ?? []}
      keyOf={(row) => row.group.service ?? ""}
      nothing="Nobody called it in this window."
      query={stats}
    />
  );
}
