/** All runs of one workflow laid over each other: how often each way is taken, how long nodes take, where runs fail. */
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Layers3 } from "lucide-react";
import { type ReactNode, useCallback, useMemo } from "react";
import { Badge } from "@/components/ui/badge";
import { BackLink } from "@/components/ui/detail-header";
import { EmptyState, LoadState } from "@/components/ui/states";
import { TimeRangePicker } from "@/components/ui/time-range-picker";
import { formatDuration } from "@/lib/format/duration";
import { formatCount, plural } from "@/lib/format/number";
import { formatShare } from "@/lib/format/share";
import { formatExact } from "@/lib/format/time";
import { useSearchState } from "@/state/use-search-state";
import { describeKind, RoleMark } from "@/telemetry/vocabulary/role-mark";
import { versionsQuery } from "./comparison-query";
import { warmLayout } from "./graph/layout-graph";
import { WorkflowCanvas } from "./graph/workflow-canvas";
import { overlayLook } from "./model/overlay-state";
import { openSubflows, toggleOpen } from "./model/stepping";
import { type OverlayNode, overlayQuery, type RunOverlay } from "./overlay-query";
import type { OverlaySearch } from "./overlay-search";

const ID = "/app/runs/overlay/$structuralId";
const route = getRouteApi(ID);

/** Looking around in a graph is one visit. */
const REPLACED = () => ({ replace: true });

warmLayout();

export function OverlayPage() {
  const { structuralId } = route.useParams();
  const [search, onSearchChange] = useSearchState(ID, REPLACED);
  const { range, from, to } = search;
  const overlay = useQuery(overlayQuery(structuralId, { range, from, to }));
  return (
    <>
      <header className="flex min-h-13 shrink-0 flex-wrap items-center gap-x-2 gap-y-2 border-line border-b px-4 py-2.5">
        <title>{`${overlay.data?.name ?? "All runs"} · Junjo`}</title>
        <BackLink to="/runs" label="Back to runs" />
        <RoleMark spanRole="workflow" size="md" />
        <h1 className="min-w-0 truncate font-semibold text-lg tracking-tight">
          {overlay.data?.name ?? "All runs"}
        </h1>
        <Badge>
          <Layers3 size={11} /> all runs
        </Badge>
        <div className="ml-auto">
          <TimeRangePicker value={search} onValueChange={onSearchChange} />
        </div>
      </header>
      <LoadState query={overlay} label="Loading runs" />
      {overlay.data &&
        (overlay.data.read_run_count === 0 ? (
          <EmptyState icon={Layers3} title="No run in this window">
            Look at a longer time, or at all of it.
          </EmptyState>
        ) : (
          <Overlay overlay={overlay.data} search={search} onSearchChange={onSearchChange} />
        ))}
    </>
  );
}

interface OverlayProps {
  overlay: RunOverlay;
  search: OverlaySearch;
  onSearchChange: (change: Partial<OverlaySearch>) => void;
}

function Overlay({ overlay, search, onSearchChange }: OverlayProps) {
  const { nodes, edges } = overlay.graph;
  const look = useMemo(() => overlayLook(nodes), [nodes]);
  const shares = useMemo(
    () => new Map(edges.map((edge) => [edge.key, edge.run_count / Math.max(1, overlay.read_run_count)])),
    [edges, overlay.read_run_count],
  );
  const expanded = useMemo(() => openSubflows({ nodes }, search.open), [nodes, search.open]);
  const select = useCallback((node: string | undefined) => onSearchChange({ node }), [onSearchChange]);
  const toggle = useCallback(
    (key: string) => onSearchChange({ open: toggleOpen(expanded, key) }),
    [expanded, onSearchChange],
  );
  const selected = nodes.find((node) => node.key === search.node);
  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-y-auto md:flex-row md:overflow-hidden">
      <section aria-label="Graph" className="h-[52dvh] min-h-0 shrink-0 bg-sunken md:h-auto md:flex-1">
        <WorkflowCanvas
          graphId={overlay.structural_id}
          nodes={nodes}
          edges={edges}
          states={look.states}
          notes={look.notes}
          edgeShares={shares}
          expanded={expanded}
          selected={search.node}
          current={undefined}
          onSelect={select}
          onToggle={toggle}
        />
      </section>
      <aside
        aria-label="Numbers of all runs"
        className="grid w-full shrink-0 content-start gap-5 border-line border-t p-4 md:w-80 md:overflow-y-auto md:border-t-0 md:border-l"
      >
        {selected && <NodeNumbers node={selected} overlay={overlay} />}
        <RunNumbers overlay={overlay} />
      </aside>
    </div>
  );
}

function RunNumbers({ overlay }: { overlay: RunOverlay }) {
  return (
    <section className="grid gap-2">
      <h2 className="font-semibold text-sm">Runs</h2>
      <dl className="grid gap-1.5">
        <Figure name="Runs in this window">{formatCount(overlay.run_count)}</Figure>
        <Figure name="Failed">{formatShare(overlay.error_count, overlay.run_count)}</Figure>
        <Figure name="Duration P50">{nanos(overlay.p50_duration_ns)}</Figure>
        <Figure name="Duration P95">{nanos(overlay.p95_duration_ns)}</Figure>
      </dl>
      <p className="text-faint text-xs">
        The graph shows the newest {plural(overlay.read_run_count, "run")}
        {overlay.read_from !== null && `, back to ${formatExact(overlay.read_from)}`}.
        {overlay.unreadable_run_count > 0 &&
          ` ${plural(overlay.unreadable_run_count, "run")} could not be read.`}
      </p>
      {overlay.name !== null && (
        <Link
          to="/runs"
          search={{ name: overlay.name }}
          className="inline-flex min-h-6 items-center text-accent-text text-sm hover:underline"
        >
          List of its runs
        </Link>
      )}
      {overlay.name !== null && <OtherVersions name={overlay.name} structuralId={overlay.structural_id} />}
    </section>
  );
}

/** Other graphs that a workflow of this name ran with. */
function OtherVersions({ name, structuralId }: { name: string; structuralId: string }) {
  const versions = useQuery(versionsQuery(name));
  const others = (versions.data ?? []).filter((id) => id !== structuralId);
  return others.map((id) => (
    <Link
      key={id}
      to="/runs/comparison"
      search={{ left: id, right: structuralId }}
      className="inline-flex min-h-6 min-w-0 items-center truncate text-accent-text text-sm hover:underline"
    >
      Beside version {id.replace(/^graph_/, "").slice(0, 12)}
    </Link>
  ));
}

function NodeNumbers({ node, overlay }: { node: OverlayNode; overlay: RunOverlay }) {
  const ways = overlay.graph.edges.filter((edge) => edge.tail_key === node.key);
  const labels = new Map(overlay.graph.nodes.map(({ key, label }) => [key, label]));
  return (
    <section className="grid gap-2 border-line border-b pb-5">
      <h2 className="flex min-w-0 items-center gap-2 font-semibold text-sm">
        <RoleMark spanRole={node.kind} />
        <span className="min-w-0 truncate">{node.label}</span>
      </h2>
      <p className="text-faint text-xs">{describeKind(node.kind)}</p>
      <dl className="grid gap-1.5">
        <Figure name="Runs that execute it">{formatShare(node.run_count, overlay.read_run_count)}</Figure>
        <Figure name="Executions">{formatCount(node.execution_count)}</Figure>
        <Figure name="Failed">{formatShare(node.error_count, node.execution_count)}</Figure>
        <Figure name="Cancelled">{formatShare(node.cancelled_count, node.execution_count)}</Figure>
        <Figure name="Duration P50">{nanos(node.p50_duration_ns)}</Figure>
        <Figure name="Duration P95">{nanos(node.p95_duration_ns)}</Figure>
      </dl>
      {ways.length > 0 && (
        <>
          <h3 className="mt-1 font-medium text-muted text-xs">Ways on</h3>
          <ul className="grid gap-1 text-sm">
            {ways.map((edge) => (
              <li key={edge.key} className="flex min-w-0 items-center gap-2">
                <span className="min-w-0 truncate">{labels.get(edge.head_key) ?? edge.head_key}</span>
                <span className="min-w-0 truncate text-faint text-xs">{edge.condition ?? "otherwise"}</span>
                <span className="ml-auto shrink-0 tnum">
                  {formatShare(edge.run_count, overlay.read_run_count)}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function Figure({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex items-baseline justify-between gap-3 text-sm">
      <dt className="text-muted">{name}</dt>
      <dd className="font-medium tnum">{children}</dd>
    </div>
  );
}

function nanos(text: string | null): string {
  return text === null ? "–" : formatDuration(Number(text));
}
