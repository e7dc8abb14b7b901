/** The state with the author of each part: which change of which node wrote it last. A click goes to that change. */
import { useMemo } from "react";
import type { RunView } from "@/features/run/model/run-view";
import type { StateAt } from "@/features/run/run-query";
import { formatCount } from "@/lib/format/number";
import { StateTree } from "./state-tree";

interface BlameViewProps {
  run: RunView;
  state: StateAt;
  onStep: (step: number) => void;
}

export function BlameView({ run, state, onStep }: BlameViewProps) {
  const authors = useMemo(() => new Map(state.blame.map((item) => [item.path, item])), [state.blame]);
  const changed = useMemo(() => new Set(state.changed_paths), [state.changed_paths]);
  const steps = useMemo(
    () =>
      new Map(
        run.events
          .filter((event) => event.store_id === state.store_id)
          .map((event) => [event.at, event.step]),
      ),
    [run.events, state.store_id],
  );
  return (
    <div className="min-w-0 rounded-lg border border-line bg-sunken p-2.5">
      <StateTree
        state={state.after}
        label="State with authors"
        changed={changed}
        renderNote={(pointer) => {
          const author = authors.get(pointer);
          if (!author) return null;
          if (author.at === null) return <span className="text-2xs text-faint">start</span>;
          const step = steps.get(author.at);
          const node = author.node_key === null ? undefined : run.nodeByKey.get(author.node_key);
          return (
            <button
              type="button"
              title={`Go to ${author.action ?? "the change"}`}
              disabled={step === undefined}
              onClick={() => step !== undefined && onStep(step)}
              className="min-h-6 min-w-6 rounded-sm px-1 text-2xs text-accent-text tnum hover:bg-hover"
            >
              {node?.label ?? author.action ?? "somebody"}
              {step !== undefined && <span className="text-muted"> change {formatCount(step)}</span>}
            </button>
          );
        }}
      />
      {!state.blame_complete && (
        <p className="mt-1 text-faint text-xs">Authors of deeper parts are left out.</p>
      )}
    </div>
  );
}
