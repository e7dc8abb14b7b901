/** The tabs beside the graph: the state at this moment, the chosen node, the run as a whole, and what its telemetry proves. */
import { Tab, TabList, TabPanel, Tabs } from "@/components/ui/tabs";
import { EvidencePanel } from "./evidence-panel";
import type { RunView } from "./model/run-view";
import { NodePanel } from "./node-panel";
import { RunPanel } from "./run-panel";
import type { PanelTab } from "./run-search";
import { StatePanel } from "./state/state-panel";
import type { RunMoment } from "./use-run-moment";

interface RunTabsProps {
  run: RunView;
  moment: RunMoment;
}

export function RunTabs({ run, moment }: RunTabsProps) {
  const { search, onSearchChange, step: onStep } = moment;
  const node = search.node === undefined ? undefined : run.nodeByKey.get(search.node);
  const storeId = search.store ?? run.detail.stores[0]?.id;
  const first: PanelTab = storeId === undefined ? "run" : "state";
  const tab = search.tab === "node" && !node ? first : (search.tab ?? first);
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
        <Tab value="evidence">Evidence</Tab>
      </TabList>
      <div className="@container min-h-0 flex-1 md:overflow-y-auto">
        <TabPanel value="state">
          {storeId === undefined ? (
            <p className="p-4 text-faint text-sm">The run sent no state.</p>
          ) : (
            <StatePanel
              run={run}
              event={moment.last}
              storeId={storeId}
              show={search.show ?? "changes"}
              onShow={(show) => onSearchChange({ show: show === "changes" ? undefined : show })}
              onStep={onStep}
              onSelectNode={moment.selectNode}
            />
          )}
        </TabPanel>
        <TabPanel value="node">{node && <NodePanel run={run} node={node} onStep={onStep} />}</TabPanel>
        <TabPanel value="run">
          <RunPanel run={run} onSelectNode={moment.selectNode} />
        </TabPanel>
        <TabPanel value="evidence">
          <EvidencePanel detail={run.detail} />
        </TabPanel>
      </div>
    </Tabs>
  );
}
