/** The newest traces, to choose two or more of. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { GitCompareArrows } from "lucide-react";
import { useState } from "react";
import { Button, buttonClass } from "@/components/ui/button";
import { EmptyState, LoadState } from "@/components/ui/states";
import type { TraceSummary } from "@/telemetry/traces/traces-query";
import { RoleMark } from "@/telemetry/vocabulary/role-mark";
import { recentTracesQuery } from "./compare-query";
import { CHAIN_MAX } from "./compare-search";
import { TraceFacts } from "./trace-facts";

interface RecentTracesProps {
  /** The ids in the order in which they were chosen. */
  onCompare: (traceIds: string[]) => void;
}

export function RecentTraces({ onCompare }: RecentTracesProps) {
  const recent = useQuery(recentTracesQuery());
  const [chosen, setChosen] = useState<readonly string[]>([]);
  if (!recent.data) return <LoadState query={recent} label="Loading recent traces" />;
  if (recent.data.length === 0) {
    const connect = (
      <Link to="/welcome" className={buttonClass("primary")}>
        Connect an app
      </Link>
    );
    return (
      <EmptyState icon={GitCompareArrows} title="Nothing to compare yet" action={connect}>
        Once traces arrive, choose two or more of them here.
      </EmptyState>
    );
  }
  const toggle = (id: string) =>
    setChosen((before) => (before.includes(id) ? before.filter((other) => other !== id) : [...before, id]));
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <section aria-label="Recent traces" className="mx-auto grid w-full max-w-3xl gap-2 px-4 py-4">
        <div className="sticky top-0 z-10 flex min-h-11 items-center gap-3 bg-surface py-1.5">
          <h2 className="min-w-0 font-medium text-muted text-sm">
            {chosen.length === 0 ? "Choose a recent trace, or several" : `${chosen.length} chosen`}
          </h2>
          <Button
            weight="primary"
            className="ml-auto"
            disabled={chosen.length === 0}
            onClick={() => onCompare([...chosen])}
          >
            <GitCompareArrows size={14} /> Compare
          </Button>
        </div>
        <ul className="overflow-hidden rounded-lg border border-line">
          {recent.data.map((trace) => (
            <RecentTrace
              key={trace.trace_id}
              trace={trace}
              chosen={chosen.includes(trace.trace_id)}
              full={chosen.length >= CHAIN_MAX}
              onToggle={() => toggle(trace.trace_id)}
            />
          ))}
        </ul>
      </section>
    </div>
  );
}

interface RecentTraceProps {
  trace: TraceSummary;
  chosen: boolean;
  /** No further one can be chosen. */
  full: boolean;
  onToggle: () => void;
}

function RecentTrace({ trace, chosen, full, onToggle }: RecentTraceProps) {
  return (
    <li className="border-line border-b last:border-0">
      <label className="flex min-h-10 items-center gap-2.5 px-3 py-1.5 hover:bg-hover has-checked:bg-accent/8">
        <input
          type="checkbox"
          checked={chosen}
          disabled={full && !chosen}
          onChange={onToggle}
          className="size-4 shrink-0 accent-[var(--accent)]"
        />
        <RoleMark spanRole={trace.root_role} kind="internal" />
        <span className="min-w-0 flex-1 truncate">
          <span className="font-medium text-sm">{trace.root_name || "(no name)"}</span>{" "}
          <span className="text-faint text-xs">{trace.service}</span>
        </span>
        <TraceFacts trace={trace} />
      </label>
    </li>
  );
}
