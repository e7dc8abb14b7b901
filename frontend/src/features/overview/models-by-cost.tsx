/** Which models were called, what they cost, and how they did. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { cn } from "@/lib/cn";
import { formatDuration } from "@/lib/format/duration";
import { formatCount } from "@/lib/format/number";
import { formatShare } from "@/lib/format/share";
import { type StatsItem, statsQuery } from "@/telemetry/stats/stats-query";
import { shortModel } from "@/telemetry/vocabulary/models";
import { Cost, Tokens } from "@/telemetry/vocabulary/numbers";
import type { OverviewSearch } from "./overview-search";

const MODELS_MAX = 12;

interface ModelsByCostProps {
  search: OverviewSearch;
  earliest: string | undefined;
}

export function ModelsByCost({ search, earliest }: ModelsByCostProps) {
  const scope = search.service === undefined ? {} : { service: search.service };
  const stats = useQuery(
    statsQuery(search, { of: "spans", role: "llm", group_by: "model", interval: "none", ...scope }, earliest),
  );
  const rows = (stats.data?.totals ?? [])
    .toSorted((a, b) => (b.cost_usd ?? -1) - (a.cost_usd ?? -1) || b.count - a.count)
    .slice(0, MODELS_MAX);
  if (rows.length === 0) return null;
  const most = Math.max(...rows.map((row) => row.cost_usd ?? 0));
  return (
    <section className="relative min-w-0 overflow-x-auto rounded-lg border border-line">
      <h2 className="px-3 py-2.5 font-medium text-sm">Models by cost</h2>
      <table className="w-full min-w-[34rem] text-sm">
        <thead>
          <tr className="border-line border-t text-left font-medium text-faint text-xs">
            <Head>Model</Head>
            <Head end>Calls</Head>
            <Head end>Failed</Head>
            <Head end>P95</Head>
            <Head end>Tokens</Head>
            <Head end>Cost</Head>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <ModelRow key={row.group.model ?? ""} row={row} most={most} search={search} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function ModelRow({ row, most, search }: { row: StatsItem; most: number; search: OverviewSearch }) {
  const model = row.group.model ?? null;
  const share = most > 0 ? ((row.cost_usd ?? 0) / most) * 100 : 0;
  return (
    <tr className="h-9 border-line border-t hover:bg-hover">
      <td className="max-w-72 px-3">
        {model === null ? (
          <span className="text-faint">unknown model</span>
        ) : (
          <Link
            to="/traces"
            search={{ ...search, model }}
            className="block truncate font-medium hover:underline"
            title={model}
          >
            {shortModel(model)}
          </Link>
        )}
      </td>
      <td className="px-3 text-right text-muted tnum">{formatCount(row.count)}</td>
      <td className={cn("px-3 text-right tnum", row.error_count > 0 ? "text-danger-text" : "text-faint")}>
        {formatShare(row.error_count, row.count)}
      </td>
      <td className="px-3 text-right text-muted tnum">
        {row.duration_ms.p95 === null ? "–" : formatDuration(row.duration_ms.p95 * 1e6)}
      </td>
      <td className="px-3 text-right text-muted tnum">
        <Tokens input={row.input_tokens} output={row.output_tokens} />
      </td>
      <td className="w-44 px-3 tnum">
        <span className="flex items-center justify-end gap-2">
          <span className="h-1.5 w-20 overflow-hidden rounded-full bg-line" aria-hidden>
            <span
              className="block h-full rounded-full bg-[var(--role-tool)]"
              style={{ width: `${share}%` }}
            />
          </span>
          <span className="w-16 text-right">
            <Cost usd={row.cost_usd} unpricedCalls={row.unpriced_calls} />
          </span>
        </span>
      </td>
    </tr>
  );
}

function Head({ end = false, children }: { end?: boolean; children: React.ReactNode }) {
  return <th className={cn("h-8 px-3 font-medium", end && "text-right")}>{children}</th>;
}
