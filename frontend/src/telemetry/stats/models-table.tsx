/** Which models were called, what they cost, and how they did. Each row leads to the page of the model. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { TimeRangeSearch } from "@/lib/time-range";
import { modelNames } from "@/telemetry/vocabulary/models";
import { Cost } from "@/telemetry/vocabulary/numbers";
import { countColumn, FAILED, P95, TOKENS } from "./columns";
import { type StatColumn, StatTable } from "./stat-table";
import { type StatsItem, statsQuery } from "./stats-query";

interface ModelsTableProps {
  window: TimeRangeSearch;
  /** Calls of this service alone. */
  service?: string | undefined;
  earliest: string | undefined;
  title?: string;
  rowsMax?: number;
}

const ROWS_MAX = 12;
/** As many groups as the server tells apart. */
const GROUPS = 100;

export function ModelsTable(props: ModelsTableProps) {
  const { window, service, earliest, title = "Models by cost", rowsMax = ROWS_MAX } = props;
  const scope = service === undefined ? {} : { service };
  const { range, from, to } = window;
  const stats = useQuery(
    statsQuery(
      { range, from, to },
      { of: "spans", role: "llm", group_by: "model", interval: "none", groups: GROUPS, ...scope },
      earliest,
    ),
  );
  const rows = (stats.data?.totals ?? [])
    .toSorted((a, b) => (b.cost_usd ?? -1) - (a.cost_usd ?? -1) || b.count - a.count)
    .slice(0, rowsMax);
  const names = modelNames(rows.flatMap((row) => row.group.model ?? []));
  const most = Math.max(...rows.map((row) => row.cost_usd ?? 0));
  const model: StatColumn<StatsItem> = {
    name: "Model",
    className: "max-w-72",
    cell: ({ group: { model: id } }) => {
      if (id == null) return <span className="text-faint">unknown model</span>;
      const name = names.get(id);
      return (
        <Link
          to="/models/$model"
          params={{ model: id }}
          className="block truncate font-medium hover:underline"
          title={id}
        >
          {name?.short ?? id}
          <span className="font-normal text-faint">{name?.rest}</span>
        </Link>
      );
    },
  };
  const cost: StatColumn<StatsItem> = {
    name: "Cost",
    end: true,
    className: "w-44",
    cell: (row) => <CostBar row={row} most={most} />,
  };
  return (
    <StatTable
      title={title}
      columns={[model, countColumn("Calls"), FAILED, P95, TOKENS, cost]}
      rows={rows}
      keyOf={(row) => row.group.model ?? ""}
      nothing="No model was called in this window."
      query={stats}
    />
  );
}

function CostBar({ row, most }: { row: StatsItem; most: number }) {
  const share = most > 0 ? ((row.cost_usd ?? 0) / most) * 100 : 0;
  return (
    <span className="flex items-center justify-end gap-2 text-text">
      <span className="h-1.5 w-20 overflow-hidden rounded-full bg-line" aria-hidden>
        <span className="block h-full rounded-full bg-[var(--role-tool)]" style={{ width: `${share}%` }} />
      </span>
      <span className="min-w-16 text-right">
        <Cost usd={row.cost_usd} unpricedCalls={row.unpriced_calls} />
      </span>
    </span>
  );
}
