/** One run of a workflow: its graph, its time and its state, all at the same moment. */

import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { ListTree, Workflow } from "lucide-react";
import { useCallback, useMemo } from "react";
import { buttonClass } from "@/components/ui/button";
import { SidePanel } from "@/components/ui/side-panel";
import { EmptyState, ErrorState, SkeletonRows, StaleNotice } from "@/components/ui/states";
import { Tab, TabList, TabPanel, Tabs } from "@/components/ui/tabs";
import { isInvalidInput, isNotFound } from "@/lib/api/problem";
import { NARROW, useMedia } from "@/state/use-media";
import { ONE_VISIT, useSearchState } from "@/state/use-search-state";
import { AgentFlow } from "./agent-flow";
import { warmLayout } from "./graph/layout-graph";
import { WorkflowCanvas } from "./graph/workflow-canvas";
import { nodeStates } from "./model/node-state";
import { type RunView, shownAs, toRunView } from "./model/run-view";
import { eventAt, openSubflows, steppable, toggleOpen } from "./model/stepping";
import { NodePanel } from "./node-panel";
import { RunHeader } from "./run-header";
import { RunPanel } from "./run-panel";
import { runQuery } from "./run-query";
import type { PanelTab, RunSearch } from "./run-search";
import { StatePanel } from "./state/state-panel";
import { RunTimeline } from "./timeline/run-timeline";
import { StepControls } from "./timeline/step-controls";

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

function Run(props: RunProps) {
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

function LoadedRun({ run, search: given, onSearchChange: change }: LoadedRunProps) {
  const search = useMemo(() => resolveLink(run, given), [run, given]);
  const onSearchChange = useCallback(
    (next: Partial<RunSearch>) => change({ ...LINKED, ...search, ...next }),
    [change, search],
  );
  const narrow = useMedia(NARROW);
  const events = useMemo(() => steppable(run, search.store), [run, search.store]);
  const current = eventAt(events, search.step);
  // Without a chosen step the graph shows the whole run.
  const timeNanos = search.step === undefined ? undefined : (current?.timeNanos ?? 0);
  const states = useMemo(() => nodeStates(run, timeNanos), [run, timeNanos]);
  const expanded = useMemo(() => openSubflows(run, search.open), [run, search.open]);
  const currentKey =
    search.step === undefined || !current?.node_key
      ? undefined
      : shownAs(run.nodeByKey, current.node_key, expanded);
  const currentSpan = search.step === undefined ? undefined : current?.span_id;

  const step = useCallback((to: number) => onSearchChange({ step: to, tab: undefined }), [onSearchChange]);
  const selectNode = useCallback(
    (key: string | undefined) =>
      onSearchChange(key === undefined ? { node: undefined, tab: undefined } : { node: key, tab: "node" }),
    [onSearchChange],
  );
  const toggle = useCallback(
    (key: string) => onSearchChange({ open: toggleOpen(expanded, key) }),
    [expanded, onSearchChange],
  );

  const panel = (
    <RunTabs run={run} search={search} events={events} onSearchChange={onSearchChange} onStep={step} />
  );
  const graph =
    run.nodes.length > 0 ? (
      <WorkflowCanvas
        graphId={run.detail.span_id}
        nodes={run.nodes}
        edges={run.edges}
        states={states}
        expanded={expanded}
        selected={search.node}
        current={currentKey}
        onSelect={selectNode}
        onToggle={toggle}
      />
    ) : run.detail.kind === "agent" ? (
      <AgentFlow run={run} timeNanos={timeNanos} currentSpan={currentSpan} />
    ) : (
      <EmptyState icon={Workflow} title="No graph">
        {run.detail.warnings[0]?.message ?? "The run sent no graph."}
      </EmptyState>
    );

  return (
    <>
      <RunHeader run={run} onShowRun={() => onSearchChange({ tab: "run" })} />
      <div className="flex min-h-0 flex-1 flex-col overflow-y-auto md:flex-row md:overflow-hidden">
        <div className="flex min-w-0 flex-col md:min-h-0 md:flex-1">
          <section aria-label="Graph" className="h-[46dvh] min-h-0 shrink-0 bg-sunken md:h-auto md:flex-1">
            {graph}
          </section>
          <section aria-label="Timeline" className="shrink-0 border-line border-y md:border-b-0">
            <StepControls
              run={run}
              events={events}
              step={search.step}
              storeId={search.store}
              onStep={step}
              onStore={(store) => onSearchChange({ store, step: undefined })}
            />
            <div className="max-h-[150px] overflow-y-auto border-line border-t md:max-h-[26dvh]">
              <RunTimeline
                run={run}
                events={events}
                current={search.step === undefined ? undefined : current}
                timeNanos={timeNanos}
                selected={search.node}
                onStep={step}
                onSelectNode={selectNode}
              />
            </div>
          </section>
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

const LINKED = { event: undefined, span: undefined };

/** A link from a span names an event or a span; from the first step on, the URL names places in the run. */
function resolveLink(run: RunView, search: RunSearch): RunSearch {
  const { event, span, ...rest } = search;
  const linked = event === undefined ? undefined : run.events.find(({ id }) => id === event);
  const executed = span === undefined ? undefined : run.executions.find(({ span_id }) => span_id === span);
  return {
    ...rest,
    ...(linked && rest.step === undefined ? { step: linked.step } : {}),
    ...(executed && rest.node === undefined ? { node: executed.node_key, tab: rest.tab ?? "node" } : {}),
  };
}

interface RunTabsProps {
  run: RunView;
  search: RunSearch;
  events: RunView["events"];
  onSearchChange: (change: Partial<RunSearch>) => void;
  onStep: (step: number) => void;
}

function RunTabs({ run, search, events, onSearchChange, onStep }: RunTabsProps) {
  const node = search.node === undefined ? undefined : run.nodeByKey.get(search.node);
  const storeId = search.store ?? run.detail.stores[0]?.id;
  const first: PanelTab = storeId === undefined ? "run" : "state";
  const tab = search.tab === "node" && !node ? first : (search.tab ?? first);
  const selectNode = (key: string) => onSearchChange({ node: key, tab: "node" });
  return (
    <Tabs
      value={tab}
      onValueChange={(value) => onSearchChange({ tab: value === first ? undefined : (value as PanelTab) })}
      className="flex min-h-0 flex-1 flex-col"
    >
      <TabList label="State and details" className="shrink-0 px-4">
        <Tab value="state">State</Tab>
        {run.nodes.length > 0 && (
          <Tab value="node" disabled={!node} className="disabled:opacity-50">
            {node ? node.label : "Node"}
          </Tab>
        )}
        <Tab value="run">Run</Tab>
      </TabList>
      <div className="@container min-h-0 flex-1 md:overflow-y-auto">
        <TabPanel value="state">
          {storeId === undefined ? (
            <p className="p-4 text-faint text-sm">The run sent no state.</p>
          ) : (
            <StatePanel
              run={run}
              event={eventAt(events, search.step)}
              storeId={storeId}
              show={search.show ?? "changes"}
              onShow={(show) => onSearchChange({ show: show === "changes" ? undefined : show })}
              onStep={onStep}
              onSelectNode={selectNode}
            />
          )}
        </TabPanel>
        <TabPanel value="node">{node && <NodePanel run={run} node={node} onStep={onStep} />}</TabPanel>
        <TabPanel value="run">
          <RunPanel run={run} onSelectNode={selectNode} />
        </TabPanel>
      </div>
    </Tabs>
  );
}
