/** One run of a workflow: its graph, its time and its state, all at the same moment. */

import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { ListTree, Workflow } from "lucide-react";
import { useCallback, useMemo } from "react";
import { buttonClass } from "@/components/ui/button";
import { SidePanel } from "@/components/ui/side-panel";
import { EmptyState, ErrorState, SkeletonRows, StaleNotice } from "@/components/ui/states";
import { isInvalidInput, isNotFound } from "@/lib/api/problem";
import { NARROW, useMedia } from "@/state/use-media";
import { ONE_VISIT, useSearchState } from "@/state/use-search-state";
import { AgentFlow } from "./agent-flow";
import { warmLayout } from "./graph/layout-graph";
import { WorkflowCanvas } from "./graph/workflow-canvas";
import { type RunView, toRunView } from "./model/run-view";
import { toggleOpen } from "./model/stepping";
import { RunHeader } from "./run-header";
import { runQuery } from "./run-query";
import type { RunSearch } from "./run-search";
import { RunTabs } from "./run-tabs";
import { RunTimeline } from "./timeline/run-timeline";
import { StepControls } from "./timeline/step-controls";
import { type RunMoment, useRunMoment } from "./use-run-moment";

interface RunProps {
  traceId: string;
  spanId: string;
  search: RunSearch;
  onSearchChange: (change: Partial<RunSearch>) => void;
}

const ID = "/app/runs/$traceId/$spanId";
const route = getRouteApi(ID);

warmLayout();

export function RunPage() {
  const { traceId, spanId } = route.useParams();
  const [search, onSearchChange] = useSearchState(ID, ONE_VISIT);
  return (
    <Run key={spanId} traceId={traceId} spanId={spanId} search={search} onSearchChange={onSearchChange} />
  );
}

export function Run(props: RunProps) {
  const answer = useQuery(runQuery(props.traceId, props.spanId));
  const run = useMemo(() => (answer.data ? toRunView(answer.data) : undefined), [answer.data]);
  if (run) {
    return (
      <>
        {answer.error && <StaleNotice error={answer.error} />}
        <LoadedRun {...props} run={run} />
      </>
    );
  }
  if (answer.error && isNotFound(answer.error)) {
    return (
      <EmptyState
        icon={Workflow}
        title="This run is not here"
        action={
          <Link to="/runs" className={buttonClass("secondary")}>
            All runs
          </Link>
        }
      >
        Its span has not arrived, or retention removed it.
      </EmptyState>
    );
  }
  if (answer.error && isInvalidInput(answer.error)) return <NoRun {...props} />;
  if (answer.error) return <ErrorState error={answer.error} onRetry={() => answer.refetch()} />;
  return <SkeletonRows label="Loading run" />;
}

function NoRun({ traceId, spanId }: RunProps) {
  return (
    <EmptyState
      icon={Workflow}
      title="This span is no run"
      action={
        <Link
          to="/traces/$traceId"
          params={{ traceId }}
          search={{ span: spanId }}
          className={buttonClass("secondary")}
        >
          <ListTree size={14} /> Open it in its trace
        </Link>
      }
    >
      Only workflows, subflows and agents of the Junjo SDK can be explored here.
    </EmptyState>
  );
}

interface LoadedRunProps extends RunProps {
  run: RunView;
}

function LoadedRun({ run, search, onSearchChange }: LoadedRunProps) {
  const narrow = useMedia(NARROW);
  const moment = useRunMoment(run, search, onSearchChange);
  const panel = <RunTabs run={run} moment={moment} />;
  return (
    <>
      <RunHeader
        run={run}
        onShowRun={() => moment.onSearchChange({ tab: "run" })}
        onShowEvidence={() => moment.onSearchChange({ tab: "evidence" })}
      />
      <div className="flex min-h-0 flex-1 flex-col overflow-y-auto md:flex-row md:overflow-hidden">
        <div className="flex min-w-0 flex-col md:min-h-0 md:flex-1">
          <section aria-label="Graph" className="h-[46dvh] min-h-0 shrink-0 bg-sunken md:h-auto md:flex-1">
            <RunGraph run={run} moment={moment} />
          </section>
          <TimelineSection run={run} moment={moment} />
        </div>
        {narrow ? (
          panel
        ) : (
          <SidePanel label="State and details" splitterLabel="Width of the state panel">
            {panel}
          </SidePanel>
        )}
      </div>
    </>
  );
}

interface MomentProps {
  run: RunView;
  moment: RunMoment;
}

/** The declared graph; an agent has none, so its calls are shown as a flow. */
function RunGraph({ run, moment }: MomentProps) {
  const toggle = useCallback(
    (key: string) => moment.onSearchChange({ open: toggleOpen(moment.expanded, key) }),
    [moment.expanded, moment.onSearchChange],
  );
  if (run.nodes.length > 0) {
    return (
      <WorkflowCanvas
        graphId={run.detail.span_id}
        nodes={run.nodes}
        edges={run.edges}
        states={moment.states}
        expanded={moment.expanded}
        selected={moment.search.node}
        current={moment.currentKey}
        onSelect={moment.selectNode}
        onToggle={toggle}
      />
    );
  }
  if (run.detail.kind === "agent") {
    return (
      <AgentFlow run={run} timeNanos={moment.timeNanos} currentSpan={moment.current?.span_id ?? undefined} />
    );
  }
  return (
    <EmptyState icon={Workflow} title="No graph">
      {run.detail.warnings[0]?.message ?? "The run sent no graph."}
    </EmptyState>
  );
}

function TimelineSection({ run, moment }: MomentProps) {
  const { search, events, current, timeNanos } = moment;
  return (
    <section aria-label="Timeline" className="shrink-0 border-line border-y md:border-b-0">
      <StepControls
        run={run}
        events={events}
        step={search.step}
        storeId={search.store}
        onStep={moment.step}
        onStore={(store) => moment.onSearchChange({ store, step: undefined })}
      />
      <div className="max-h-[150px] overflow-y-auto border-line border-t md:max-h-[26dvh]">
        <RunTimeline
          run={run}
          events={events}
          current={current}
          timeNanos={timeNanos}
          selected={search.node}
          onStep={moment.step}
          onSelectNode={moment.selectNode}
        />
      </div>
    </section>
  );
}
