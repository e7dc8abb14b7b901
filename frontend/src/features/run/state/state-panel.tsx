/** The state around the present event: what changed, before and after, the patch, and who wrote each part. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArrowUpRight, Diamond, TriangleAlert } from "lucide-react";
import { useMemo } from "react";
import { CopyButton } from "@/components/ui/copy-button";
import { Segmented } from "@/components/ui/segmented";
import { ErrorState, Skeleton } from "@/components/ui/states";
import type { RunView, StateEvent } from "@/features/run/model/run-view";
import { type StateAt, stateAtQuery } from "@/features/run/run-query";
import type { StateView } from "@/features/run/run-search";
import { formatDuration } from "@/lib/format/duration";
import { formatCount, formatOrdinal } from "@/lib/format/number";
import { toText } from "@/lib/json";
import { BlameView } from "./blame-view";
import { ChangesView } from "./changes-view";
import { StateTree } from "./state-tree";

interface StatePanelProps {
  run: RunView;
  /** Undefined before the first event. */
  event: StateEvent | undefined;
  /** The store whose start state is shown before the first event. */
  storeId: string;
  show: StateView;
  onShow: (show: StateView) => void;
  onStep: (step: number) => void;
  onSelectNode: (key: string) => void;
}

const VIEWS: readonly { value: StateView; label: string }[] = [
  { value: "changes", label: "Changes" },
  { value: "state", label: "Before and after" },
  { value: "patch", label: "Patch" },
  { value: "blame", label: "Blame" },
];

export function StatePanel({ run, event, storeId, show, onShow, onStep, onSelectNode }: StatePanelProps) {
  const at = event?.at ?? 0;
  const { trace_id: traceId, span_id: spanId } = run.detail;
  const state = useQuery({
    ...stateAtQuery({ traceId, spanId, storeId: event?.store_id ?? storeId, at }),
    placeholderData: (before) => before,
  });
  return (
    <div className="grid min-w-0 gap-3 p-4">
      <EventHead run={run} event={event} onSelectNode={onSelectNode} />
      <div className="flex flex-wrap items-center gap-2">
        <Segmented label="View of the state" value={show} onValueChange={onShow} options={VIEWS} />
        {state.data && <CopyButton text={() => toText(state.data.after)} what="state" className="ml-auto" />}
      </div>
      {state.error && !state.data && <ErrorState error={state.error} onRetry={() => state.refetch()} />}
      {state.isPending && <Skeleton className="h-40 w-full" />}
      {state.data && (
        <>
          <Doubts state={state.data} />
          <View run={run} state={state.data} show={show} onStep={onStep} />
        </>
      )}
    </div>
  );
}

function EventHead({ run, event, onSelectNode }: Pick<StatePanelProps, "run" | "event" | "onSelectNode">) {
  if (!event) {
    return (
      <div className="grid gap-0.5">
        <h2 className="font-semibold text-base">Start state</h2>
        <p className="text-faint text-xs">What the run began with, before any change.</p>
      </div>
    );
  }
  const node = event.node_key === null ? undefined : run.nodeByKey.get(event.node_key);
  return (
    <div className="grid min-w-0 gap-1">
      <h2 className="flex min-w-0 items-center gap-1.5 font-mono text-sm">
        <Diamond size={13} className="shrink-0 text-[var(--role-workflow)]" aria-hidden />
        <span className="min-w-0 truncate font-semibold">
          <span className="font-normal text-faint">{event.storeName}.</span>
          {event.action ?? "set_state"}
        </span>
        <span className="shrink-0 font-sans text-2xs text-faint tnum" title={numbersOf(event)}>
          change {formatCount(event.step)}
        </span>
      </h2>
      <p className="flex flex-wrap items-center gap-x-2 gap-y-1 text-faint text-xs">
        {node ? (
          <button
            type="button"
            onClick={() => onSelectNode(node.key)}
            className="min-h-6 font-medium text-accent-text hover:underline"
          >
            {node.label}
          </button>
        ) : (
          <span>{event.span_name}</span>
        )}
        <span className="tnum">+{formatDuration(event.timeNanos)}</span>
        <Link
          to="/traces/$traceId"
          params={{ traceId: run.detail.trace_id }}
          search={{ span: event.span_id }}
          className="inline-flex min-h-6 items-center gap-0.5 text-accent-text hover:underline"
        >
          Span <ArrowUpRight size={12} />
        </Link>
        {event.late && <span className="text-warn">after the run had taken its last state</span>}
      </p>
    </div>
  );
}

/** The page counts the changes of the whole run, in order; a client may have a number of its own. */
function numbersOf({ step, sequence, storeName }: StateEvent): string {
  const own = sequence === null ? "" : ` The client calls it ${sequence} of ${storeName}.`;
  return `${formatOrdinal(step)} change of the run.${own}`;
}

/** History gaps are said wherever the state may be another one because of them. */
function Doubts({ state }: { state: StateAt }) {
  const messages = state.warnings.map(({ message }) => message);
  if (!state.exact && messages.length === 0) messages.push("Changes before this one are missing.");
  if (messages.length === 0) return null;
  return (
    <div className="grid gap-1 rounded-lg border border-warn/30 bg-warn/10 px-3 py-2 text-warn text-xs">
      {messages.map((message) => (
        <p key={message} className="flex items-start gap-1.5">
          <TriangleAlert size={13} className="mt-0.5 shrink-0" aria-hidden /> {message}
        </p>
      ))}
    </div>
  );
}

interface ViewProps {
  run: RunView;
  state: StateAt;
  show: StateView;
  onStep: (step: number) => void;
}

function View({ run, state, show, onStep }: ViewProps) {
  const changed = useMemo(() => new Set(state.changed_paths), [state.changed_paths]);
  if (show === "blame") return <BlameView run={run} state={state} onStep={onStep} />;
  if (show === "patch") return <PatchView state={state} />;
  if (show === "changes" && state.event) {
    return (
      <>
        <ChangesView state={state} />
        <Column title="The whole state after it">
          <StateTree state={state.after} label="State after" changed={changed} />
        </Column>
      </>
    );
  }
  return (
    <div className="grid min-w-0 gap-2 @lg:grid-cols-2">
      {state.event && (
        <Column title="Before">
          <StateTree state={state.before} label="State before" changed={changed} tone="before" />
        </Column>
      )}
      <Column title={state.event ? "After" : "State"}>
        <StateTree state={state.after} label="State after" changed={changed} />
      </Column>
    </div>
  );
}

function Column({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <div className="min-w-0 rounded-lg border border-line bg-sunken p-2.5">
      <h3 className="mb-1 text-2xs text-faint">{title}</h3>
      {children}
    </div>
  );
}

function PatchView({ state }: { state: StateAt }) {
  const patch = state.event?.patch;
  if (!state.event) return <p className="text-faint text-sm">No change yet.</p>;
  if (state.event.patch_error) return <p className="text-sm text-warn">{state.event.patch_error}</p>;
  if (!patch || patch.length === 0) return <p className="text-faint text-sm">This action changed nothing.</p>;
  return (
    <pre className="min-w-0 whitespace-pre-wrap break-words rounded-lg border border-line bg-sunken p-3 font-mono text-xs leading-5 [overflow-wrap:anywhere]">
      {toText(patch)}
    </pre>
  );
}
