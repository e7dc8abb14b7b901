/** Columns that tables of numbers share. */
import { cn } from "@/lib/cn";
import { formatMillis } from "@/lib/format/duration";
import { formatCount } from "@/lib/format/number";
import { formatShare } from "@/lib/format/share";
import { Cost, Tokens } from "@/telemetry/vocabulary/numbers";
import type { StatColumn } from "./stat-table";
import type { StatsItem } from "./stats-query";

type Column = StatColumn<StatsItem>;

export const countColumn = (name: string): Column => ({
  name,
  end: true,
  cell: (row) => formatCount(row.count),
});

export const FAILED: Column = {
  name: "Failed",
  end: true,
  cell: (row) => (
    <span
      className={cn(row.error_count > 0 ? "text-danger-text" : "text-faint")}
      title={`${formatCount(row.error_count)} of ${formatCount(row.count)}`}
    >
      {formatShare(row.error_count, row.count)}
    </span>
  ),
};

export const P95: Column = { name: "P95", end: true, cell: (row) => formatMillis(row.duration_ms.p95) };

export const TOKENS: Column = {
  name: "Tokens",
  end: true,
  cell: (row) => <Tokens input={row.input_tokens} output={row.output_tokens} />,
};

export const COST: Column = {
  name: "Cost",
  end: true,
  cell: (row) => <Cost usd={row.cost_usd} unpricedCalls={row.unpriced_calls} />,
};
