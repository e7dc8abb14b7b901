/** What the telemetry of a run proves: each rule that does not hold, and payloads that were not sent in full. */
import { Link } from "@tanstack/react-router";
import { ShieldAlert, ShieldCheck, ShieldQuestion } from "lucide-react";
import { Badge } from "@/components/ui/badge";
import { plural } from "@/lib/format/number";
import { GROUPS, grouped } from "./model/findings";
import type { RunView } from "./model/run-view";

interface DetailProps {
  detail: RunView["detail"];
}

type Finding = RunView["detail"]["findings"][number];
type Withheld = RunView["detail"]["withheld"][number];

const VERDICTS = {
  complete: {
    icon: <ShieldCheck size={16} className="mt-0.5 shrink-0 text-ok" aria-hidden />,
    text: "Complete: everything that the SDK's contract promises is here and fits together.",
  },
  partial: {
    icon: <ShieldAlert size={16} className="mt-0.5 shrink-0 text-warn" aria-hidden />,
    text: "Partial: something is missing or contradicts itself. The run is shown as far as it goes.",
  },
  unchecked: {
    icon: <ShieldQuestion size={16} className="mt-0.5 shrink-0 text-faint" aria-hidden />,
    text: "Not provable: SDKs before 0.66 number nothing, so nobody can tell whether all of it is here. Nothing wrong was seen.",
  },
};

const REPLAYS: Record<string, string> = {
  verified: "The changes were applied one by one and give the reported end state.",
  failed: "The changes that are here do not give the reported end state.",
  withheld: "The state cannot be replayed: a policy withholds parts of it.",
};

export function EvidencePanel({ detail }: DetailProps) {
  const verdict = VERDICTS[detail.evidence];
  return (
    <div className="grid min-w-0 gap-5 p-4">
      <p className="flex min-w-0 items-start gap-2 text-sm">
        {verdict.icon}
        <span className="min-w-0">
          {verdict.text} {REPLAYS[detail.replay]}
        </span>
      </p>
      {grouped(detail.findings).map(([group, findings]) => (
        <section key={group} className="grid min-w-0 gap-2">
          <h3 className="font-medium text-sm">{GROUPS[group].title}</h3>
          <p className="text-muted text-xs">{GROUPS[group].meaning}</p>
          <ul className="grid min-w-0 gap-1.5">
            {findings.map((finding, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two findings may say the same, and the list never moves
              <FindingItem key={place} finding={finding} traceId={detail.trace_id} />
            ))}
          </ul>
        </section>
      ))}
      {detail.finding_count > detail.findings.length && (
        <p className="text-faint text-xs">
          {plural(detail.finding_count - detail.findings.length, "finding")} more
        </p>
      )}
      <WithheldPayloads detail={detail} />
    </div>
  );
}

function FindingItem({ finding, traceId }: { finding: Finding; traceId: string }) {
  return (
    <li className="grid min-w-0 gap-0.5 rounded-lg border border-line bg-sunken px-3 py-2 text-sm">
      <code className="min-w-0 break-all font-mono text-warn text-xs">{finding.code}</code>
      <span className="min-w-0 break-words">{finding.message}</span>
      <span className="flex min-w-0 flex-wrap items-center gap-x-3 text-faint text-xs">
        {finding.attribute !== null && (
          <code className="min-w-0 break-all font-mono">{finding.attribute}</code>
        )}
        {finding.event !== null && <span>event {finding.event + 1}</span>}
        <ToSpan traceId={traceId} spanId={finding.span_id} />
      </span>
    </li>
  );
}

function WithheldPayloads({ detail }: DetailProps) {
  if (detail.withheld.length === 0) return null;
  return (
    <section className="grid min-w-0 gap-2">
      <h3 className="font-medium text-sm">Payloads that were not sent in full</h3>
      <ul className="grid min-w-0 gap-1.5">
        {detail.withheld.map((payload) => (
          <WithheldItem
            key={`${payload.span_id}-${payload.event}-${payload.attribute}`}
            payload={payload}
            traceId={detail.trace_id}
          />
        ))}
      </ul>
      {detail.withheld_count > detail.withheld.length && (
        <p className="text-faint text-xs">
          {plural(detail.withheld_count - detail.withheld.length, "payload")} more
        </p>
      )}
    </section>
  );
}

function WithheldItem({ payload, traceId }: { payload: Withheld; traceId: string }) {
  return (
    <li className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-0.5 text-xs">
      <Badge tone={payload.mode === "missing" ? "warn" : "neutral"}>{payload.mode}</Badge>
      <code className="min-w-0 break-all font-mono">{payload.attribute}</code>
      {payload.policy !== null && <span className="text-faint">policy {payload.policy}</span>}
      {payload.reference !== null && (
        <span className="min-w-0 break-all text-faint">at {payload.reference}</span>
      )}
      <ToSpan traceId={traceId} spanId={payload.span_id} />
    </li>
  );
}

function ToSpan({ traceId, spanId }: { traceId: string; spanId: string }) {
  return (
    <Link
      to="/traces/$traceId"
      params={{ traceId }}
      search={{ span: spanId }}
      className="inline-flex min-h-6 items-center text-accent-text hover:underline"
    >
      Span
    </Link>
  );
}
