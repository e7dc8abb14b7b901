/** From what a link names, an event or a span, to places in the run. Pure. */
import type { RunSearch } from "@/features/run/run-search";
import type { RunView } from "./run-view";

/** Takes the link out of the URL: from the first step on, the URL names places in the run. */
export const LINK_FOLLOWED = { event: undefined, span: undefined };

/** The search with the step of the linked event and the node of the linked span, unless it names others itself. */
export function resolveLink(run: RunView, search: RunSearch): RunSearch {
  const { event, span, ...rest } = search;
  const linked = event === undefined ? undefined : run.events.find(({ id }) => id === event);
  const executed = span === undefined ? undefined : run.executions.find(({ span_id }) => span_id === span);
  return {
    ...rest,
    ...(linked && rest.step === undefined ? { step: linked.step } : {}),
    ...(executed && rest.node === undefined ? { node: executed.node_key, tab: rest.tab ?? "node" } : {}),
  };
}
