/** Charts of numbers over time. Load it lazily: the chart library is not needed for the rest of a page. */
import { ChartCard } from "@/components/charts/chart-card";
import type { StatChart } from "./chart-data";

interface StatChartsProps {
  charts: readonly StatChart[];
  /** Called with the chosen window in milliseconds since 1970. */
  onBrush: (fromMs: number, toMs: number) => void;
}

export default function StatCharts({ charts, onBrush }: StatChartsProps) {
  return (
    <div className="grid min-w-0 grid-cols-1 gap-4 lg:grid-cols-2">
      {charts.map((chart) => (
        <ChartCard key={chart.title} onBrush={onBrush} {...chart} />
      ))}
    </div>
  );
}
