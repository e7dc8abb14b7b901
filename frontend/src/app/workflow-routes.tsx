/** Ties the workflow explorer to the URL. A chunk of its own: graph and layout are large. */
import { getRouteApi } from "@tanstack/react-router";
import { useCallback } from "react";
import { warmLayout } from "@/features/workflow/graph/layout-graph";
import { RunsPage } from "@/features/workflow/runs-page";
import type { RunsSearch } from "@/features/workflow/runs-search";
import { WorkflowPage } from "@/features/workflow/workflow-page";
import type { WorkflowSearch } from "@/features/workflow/workflow-search";

warmLayout();

const workflow = getRouteApi("/app/workflows/$traceId/$spanId");
const graph = getRouteApi("/app/workflow-graphs/$structuralId");

export function WorkflowRoute() {
  const { traceId, spanId } = workflow.useParams();
  const search = workflow.useSearch();
  const navigate = workflow.useNavigate();
  const change = useCallback(
    (next: Partial<WorkflowSearch>) =>
      // Stepping through a run is one visit: it leaves no trail in the history.
      void navigate({ search: (before) => ({ ...before, ...next }), replace: true, state: true }),
    [navigate],
  );
  return (
    <WorkflowPage key={spanId} traceId={traceId} spanId={spanId} search={search} onSearchChange={change} />
  );
}

export function WorkflowGraphRoute() {
  const { structuralId } = graph.useParams();
  const search = graph.useSearch();
  const navigate = graph.useNavigate();
  const change = useCallback(
    (next: Partial<RunsSearch>) =>
      void navigate({ search: (before) => ({ ...before, ...next }), replace: true }),
    [navigate],
  );
  return <RunsPage structuralId={structuralId} search={search} onSearchChange={change} />;
}
