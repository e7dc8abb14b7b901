/** Send your first trace: make a key, paste a snippet, and see the trace arrive. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArrowRight, Check, KeyRound, LoaderCircle, TriangleAlert } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Button, buttonClass } from "@/components/ui/button";
import { PageBody } from "@/components/ui/page";
import { cn } from "@/lib/cn";
import { formatDuration, nanosToNumber } from "@/lib/format/duration";
import { formatCount, plural } from "@/lib/format/number";
import { useNow } from "@/state/use-now";
import { rejectionSince, statusQuery } from "@/telemetry/ingest/status-query";
import { newestTraceQuery, type TraceSummary } from "@/telemetry/traces/traces-query";
import { type Endpoints, endpointsQuery } from "./endpoints-query";
import { KeyReveal } from "./key-reveal";
import { createKey } from "./keys-query";
import { SnippetTabs } from "./snippet-tabs";
import { authorityOf } from "./snippets/snippet";

/** While somebody waits for the first trace, every second counts. */
const WAIT_POLL_MS = 1_000;
/** After this long without a span, likely reasons are shown. */
const HINTS_AFTER_MS = 45_000;

export function WelcomePage() {
  const client = useQueryClient();
  const newest = useQuery(newestTraceQuery(WAIT_POLL_MS));
  const key = useMutation({
    mutationFn: () => createKey(client, { name: "First key", scope: "ingest", expiresAt: null }),
  });
  // What was there when the page opened does not count as the awaited trace.
  const [before, setBefore] = useState<string | null>();
  if (before === undefined && newest.data !== undefined) setBefore(newest.data?.trace_id ?? null);
  const arrived =
    newest.data && before !== undefined && newest.data.trace_id !== before ? newest.data : undefined;

  return (
    <PageBody>
      <div className="mx-auto grid w-full max-w-2xl gap-8 px-4 py-8 sm:px-6 sm:py-12">
        <div className="grid gap-1.5">
          <title>Send your first trace · Junjo</title>
          <h1 className="font-semibold text-xl tracking-tight">Send your first trace</h1>
          <p className="text-muted">Three steps, about two minutes. Nothing leaves this server.</p>
        </div>
        <ol className="grid min-w-0">
          <Step number={1} title="Create an API key" done={key.isSuccess}>
            {key.data ? (
              <KeyReveal secret={key.data.key} />
            ) : (
              <div className="grid justify-items-start gap-2">
                <p className="text-muted">
                  Your app sends it with every export; without one, spans are refused.
                </p>
                <Button weight="primary" onClick={() => key.mutate()} disabled={key.isPending}>
                  {key.isPending ? (
                    <LoaderCircle size={15} className="animate-spin" />
                  ) : (
                    <KeyRound size={15} />
                  )}
                  Create key
                </Button>
                {key.error && (
                  <p role="alert" className="text-danger-text text-xs">
                    {key.error.message}
                  </p>
                )}
              </div>
            )}
          </Step>
          <Step number={2} title="Point your application at this server" done={arrived !== undefined}>
            <SnippetTabs apiKey={key.data?.key} />
          </Step>
          <Step number={3} title="Run it" done={arrived !== undefined} last>
            <p className="text-muted">The first trace shows up below as soon as the server has it.</p>
          </Step>
        </ol>
        <div className="sticky bottom-4 -mt-4">{arrived ? <Arrived trace={arrived} /> : <Waiting />}</div>
      </div>
    </PageBody>
  );
}

interface StepProps {
  number: number;
  title: string;
  done: boolean;
  last?: boolean;
  children: ReactNode;
}

function Step({ number, title, done, last = false, children }: StepProps) {
  return (
    <li className="grid min-w-0 grid-cols-[28px_minmax(0,1fr)] gap-x-3">
      <div className="flex flex-col items-center">
        <span
          className={cn(
            "grid size-7 shrink-0 place-items-center rounded-full border font-semibold text-xs tnum",
            done ? "border-accent bg-accent text-on-accent" : "border-line-strong text-muted",
          )}
        >
          {done ? <Check size={14} strokeWidth={3} aria-label="Done" /> : number}
        </span>
        {!last && <span className="my-1 w-px flex-1 bg-line" aria-hidden />}
      </div>
      <div className={cn("grid min-w-0 gap-3 pt-0.5", !last && "pb-8")}>
        <h2 className="font-semibold text-base">{title}</h2>
        {children}
      </div>
    </li>
  );
}

function Waiting() {
  const now = useNow();
  const [since] = useState(() => Date.now());
  const status = useQuery({ ...statusQuery(), refetchInterval: WAIT_POLL_MS });
  const accepted = status.data?.accepted_spans ?? 0;
  const indexed = status.data?.indexed_spans ?? 0;
  const endpoints = useQuery(endpointsQuery());
  const refused = rejectionSince(status.data, since);
  return (
    <div className="grid gap-3 rounded-lg border border-line-strong border-dashed bg-raised p-4 shadow-pop">
      <div role="status" className="flex items-center gap-3">
        <span className="relative grid size-3 place-items-center" aria-hidden>
          <span className="absolute size-3 animate-ring rounded-full bg-accent" />
          <span className="size-2 rounded-full bg-accent" />
        </span>
        <span className="font-medium">
          {accepted > indexed
            ? `${plural(accepted - indexed, "span")} received, indexing…`
            : "Waiting for spans…"}
        </span>
      </div>
      {refused && (
        <p role="alert" className="flex items-start gap-2 text-warn text-xs">
          <TriangleAlert size={14} className="mt-0.5 shrink-0" aria-hidden />
          <span>
            A request just arrived and was refused: {refused.detail}
            {refused.count > 1 && ` (${formatCount(refused.count)} times)`}
          </span>
        </p>
      )}
      {now - since > HINTS_AFTER_MS && (
        <ul className="grid list-disc gap-1 pl-4 text-muted text-xs">
          <li>
            Batch processors send every few seconds and at shutdown: let short scripts exit normally, or
            flush.
          </li>
          {endpoints.data?.grpc && <li>{grpcHint(endpoints.data.grpc)}</li>}
          <li>“Unauthenticated” in your application's log means that the key is missing or mistyped.</li>
        </ul>
      )}
    </div>
  );
}

function grpcHint({ url, tls }: NonNullable<Endpoints["grpc"]>): string {
  const { authority } = authorityOf(url);
  return tls
    ? `OTLP/gRPC is received at ${authority}, over TLS.`
    : `OTLP/gRPC is received at ${authority}, in plain text: exporters need “insecure”.`;
}

function Arrived({ trace }: { trace: TraceSummary }) {
  return (
    <div
      role="status"
      className="flex animate-pop flex-wrap items-center gap-3 rounded-lg border border-accent bg-[color-mix(in_oklab,var(--accent)_12%,var(--raised))] p-4 shadow-pop"
    >
      <div className="grid min-w-0 flex-1 basis-48">
        <span className="text-accent-text text-xs">It works. The first trace is here:</span>
        <span className="truncate font-semibold text-base">{trace.root_name}</span>
        <span className="text-muted text-xs tnum">
          {trace.service} · {plural(trace.span_count, "span")} ·{" "}
          {formatDuration(nanosToNumber(trace.duration_ns))}
        </span>
      </div>
      <Link to="/traces/$traceId" params={{ traceId: trace.trace_id }} className={buttonClass("primary")}>
        Open trace <ArrowRight size={15} />
      </Link>
    </div>
  );
}
