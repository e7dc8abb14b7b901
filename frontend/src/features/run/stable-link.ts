/** The address by which applications know a run. Pure. */

interface RunIdentity {
  service_namespace: string;
  service_name: string;
  executable_type: string;
  runtime_id: string;
}

export function stableLink(origin: string, run: RunIdentity): string {
  return `${origin}/resolve/executable?${new URLSearchParams({ ...run, destination: "detail" })}`;
}
