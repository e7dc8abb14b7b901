/** Ties the telemetry pages to the URL: search parameters in, changes out. */
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback } from "react";
import { OverviewPage } from "@/features/overview/overview-page";
import { ServicesPage } from "@/features/services/services-page";
import { TracePage } from "@/features/trace/trace-page";
import type { TraceSearch } from "@/features/trace/trace-search";
import { TracesPage } from "@/features/traces/traces-page";
import { WorkflowsPage } from "@/features/workflows/workflows-page";
import { sessionQuery } from "@/state/session-query";

const overview = getRouteApi("/app/overview");
const traces = getRouteApi("/app/traces");
const trace = getRouteApi("/app/traces/$traceId");
const services = getRouteApi("/app/services");
const workflows = getRouteApi("/app/workflows");

export function OverviewRoute() {
  const search = overview.useSearch();
  const navigate = overview.useNavigate();
  return (
    <OverviewPage
      search={search}
      onSearchChange={(change) => void navigate({ search: (before) => ({ ...before, ...change }) })}
    />
  );
}

export function TracesRoute() {
  const search = traces.useSearch();
  const navigate = traces.useNavigate();
  return (
    <TracesPage
      search={search}
      onSearchChange={(change) => void navigate({ search: (before) => ({ ...before, ...change }) })}
    />
  );
}

export function TraceRoute() {
  const { traceId } = trace.useParams();
  const me = useQuery(sessionQuery());
  const search = trace.useSearch();
  const navigate = trace.useNavigate();
  const change = useCallback(
    (next: Partial<TraceSearch>) =>
      // Moving through a trace is one visit: it leaves no trail in the history.
      void navigate({ search: (before) => ({ ...before, ...next }), replace: true, state: true }),
    [navigate],
  );
  return (
    <TracePage
      key={traceId}
      traceId={traceId}
      search={search}
      admin={me.data?.role === "admin"}
      onSearchChange={change}
    />
  );
}

export function ServicesRoute() {
  const search = services.useSearch();
  const navigate = services.useNavigate();
  return (
    <ServicesPage
      search={search}
      onSearchChange={(change) => void navigate({ search: (before) => ({ ...before, ...change }) })}
    />
  );
}

export function WorkflowsRoute() {
  const search = workflows.useSearch();
  const navigate = workflows.useNavigate();
  return (
    <WorkflowsPage
      search={search}
      onSearchChange={(change) => void navigate({ search: (before) => ({ ...before, ...change }) })}
    />
  );
}
