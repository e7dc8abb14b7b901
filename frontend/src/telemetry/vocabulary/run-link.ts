/** The address of a run that may be kept and sent. Pure. */

export interface LinkedRun {
  trace_id: string;
  span_id: string;
  service: string;
  service_namespace: string | null;
  kind: string;
  /** Null for SDKs that give runs no id. */
  runtime_id: string | null;
}

/** By the identity that its application knows, which holds wherever its trace is stored; without one, its page. */
export function runLink(origin: string, run: LinkedRun): string {
  if (run.runtime_id === null) return `${origin}/runs/${run.trace_id}/${run.span_id}`;
  const identity = new URLSearchParams({
    service_namespace: run.service_namespace ?? "",
    service_name: run.service,
    executable_type: run.kind,
    runtime_id: run.runtime_id,
    destination: "detail",
  });
  return `${origin}/resolve/executable?${identity}`;
}
