/** About the run as a whole: what to know before trusting the view, its stores, what ran inside, hooks. */
import { Link } from "@tanstack/react-router";
import { TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { Badge } from "@/components/ui/badge";
import { formatDuration } from "@/lib/format/duration";
import { RoleMark } from "@/telemetry/vocabulary/role-mark";
import type { RunView } from "./model/run-view";
import { StoreItem } from "./store-item";

interface RunPanelProps {
  run: RunView;
  onSelectNode: (key: string) => void;
}

export function RunPanel({ run, onSelectNode }: RunPanelProps) {
  const { detail } = run;
  return (
    <div className="grid min-w-0 gap-5 p-4">
      <Failure detail={detail} />
      <Warnings run={run} onSelectNode={onSelectNode} />
      <Stores detail={detail} />
      <NestedRuns detail={detail} />
      <HookProblems detail={detail} />
      <Identity detail={detail} />
    </div>
  );
}

interface DetailProps {
  detail: RunView["detail"];
}

function Failure({ detail }: DetailProps) {
  if (!detail.failure) return null;
  return (
    <Part title="Where it failed">
      <p className="grid gap-1 rounded-lg border border-danger/30 bg-danger/7 px-3 py-2 text-sm">
        <span className="font-mono text-danger-text text-xs">{detail.failure.error_type ?? "Failure"}</span>
        <span className="min-w-0 break-words">{detail.failure.message}</span>
        <SpanLink traceId={detail.trace_id} spanId={detail.failure.span_id}>
          in {detail.failure.name}
        </SpanLink>
      </p>
    </Part>
  );
}

function Warnings({ run, onSelectNode }: RunPanelProps) {
  const { detail } = run;
  if (detail.warnings.length === 0) return null;
  return (
    <Part title="To know before trusting this view">
      <ul className="grid gap-1.5 text-sm">
        {detail.warnings.map((warning) => (
          <li key={`${warning.code}-${warning.message}`} className="flex min-w-0 items-start gap-2">
            <TriangleAlert size={14} className="mt-1 shrink-0 text-warn" aria-hidden />
            <span className="min-w-0">
              {warning.message}{" "}
              {warning.node_key !== null && run.nodeByKey.has(warning.node_key) && (
                <button
                  type="button"
                  className="text-accent-text hover:underline"
                  onClick={() => onSelectNode(warning.node_key ?? "")}
                >
                  Show
                </button>
              )}
            </span>
          </li>
        ))}
      </ul>
    </Part>
  );
}

function Stores({ detail }: DetailProps) {
  return (
    <Part title="Stores">
      {detail.stores.length === 0 && <p className="text-faint text-sm">The run sent no state.</p>}
      <ul className="grid min-w-0 gap-2">
        {detail.stores.map((store) => (
          <StoreItem key={store.id} store={store} />
        ))}
      </ul>
    </Part>
  );
}

function NestedRuns({ detail }: DetailProps) {
  if (detail.nested_runs.length === 0) return null;
  return (
    <Part title="Other runs inside">
      <ul className="grid min-w-0 gap-1">
        {detail.nested_runs.map((nested) => (
          <li key={nested.span_id} className="flex min-w-0 items-center gap-2 text-sm">
            <RoleMark spanRole={nested.kind} />
            <Link
              to="/runs/$traceId/$spanId"
              params={{ traceId: detail.trace_id, spanId: nested.span_id }}
              className="inline-flex min-h-6 min-w-0 items-center truncate text-accent-text hover:underline"
            >
              {nested.name}
            </Link>
            {nested.failed && <Badge tone="danger">failed</Badge>}
            <span className="ml-auto shrink-0 text-faint text-xs tnum">
              {formatDuration(Number(nested.duration_ns))}
            </span>
          </li>
        ))}
      </ul>
    </Part>
  );
}

function HookProblems({ detail }: DetailProps) {
  if (detail.hook_problems.length === 0) return null;
  return (
    <Part title="Hooks that failed">
      <ul className="grid min-w-0 gap-1.5 text-sm">
        {detail.hook_problems.map((problem) => (
          <li key={`${problem.span_id}-${problem.time_unix_nano}`} className="min-w-0">
            <code className="font-mono text-warn text-xs">
              {problem.callback ?? problem.hook_event ?? problem.name}
            </code>{" "}
            {[problem.error_type, problem.message].filter(Boolean).join(": ")}{" "}
            <SpanLink traceId={detail.trace_id} spanId={problem.span_id}>
              Span
            </SpanLink>
          </li>
        ))}
      </ul>
    </Part>
  );
}

function Identity({ detail }: DetailProps) {
  return (
    <Part title="Identity">
      <dl className="grid min-w-0 grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-xs">
        <Row name="Agent">{detail.agent?.key}</Row>
        <Row name={detail.kind === "agent" ? "Structure" : "Graph"}>{detail.structural_id}</Row>
        <Row name="Run">{detail.runtime_id}</Row>
        <Row name="Service">
          {[detail.service_namespace, detail.service, detail.service_version].filter(Boolean).join(" ")}
        </Row>
        <Row name="Definition">{detail.definition_id}</Row>
        <Row name="Correlation">
          {detail.correlation && (
            <Link
              to="/runs"
              search={{ kind: "all", correlation_id: detail.correlation.id }}
              className="text-accent-text hover:underline"
            >
              {[detail.correlation.type, detail.correlation.id].filter(Boolean).join(" ")}
            </Link>
          )}
        </Row>
        <Row name="Telemetry">
          {detail.contract_version === null ? detail.vocabulary : `contract ${detail.contract_version}`}
        </Row>
      </dl>
    </Part>
  );
}

function SpanLink({ traceId, spanId, children }: { traceId: string; spanId: string; children: ReactNode }) {
  return (
    <Link
      to="/traces/$traceId"
      params={{ traceId }}
      search={{ span: spanId }}
      className="inline-flex min-h-6 items-center text-accent-text text-xs hover:underline"
    >
      {children}
    </Link>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="grid min-w-0 gap-2">
      <h3 className="font-medium text-muted text-xs">{title}</h3>
      {children}
    </section>
  );
}

function Row({ name, children }: { name: string; children: ReactNode }) {
  if (!children) return null;
  return (
    <>
      <dt className="text-faint">{name}</dt>
      <dd className="break-all font-mono">{children}</dd>
    </>
  );
}
