/** Copies the stable link of a run: it names the run as its application does, and holds wherever its trace is stored. */
import { useQuery } from "@tanstack/react-query";
import { CopyButton } from "@/components/ui/copy-button";
import { spanQuery } from "@/telemetry/trace/span-query";
import type { RunView } from "./model/run-view";
import { stableLink } from "./stable-link";

export function CopyRunLink({ run }: { run: RunView }) {
  const { detail } = run;
  const span = useQuery(spanQuery(detail.trace_id, detail.span_id)).data;
  if (span === undefined || detail.runtime_id === null) return null;
  const namespace = span.resource.attributes?.["service.namespace"];
  const link = stableLink(window.location.origin, {
    service_namespace: typeof namespace === "string" ? namespace : "",
    service_name: detail.service,
    executable_type: detail.kind,
    runtime_id: detail.runtime_id,
  });
  return <CopyButton text={link} what="link to this run" label="Link" weight="secondary" />;
}
