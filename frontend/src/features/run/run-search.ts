/** Everything about the view of one run that its URL holds. */
import { z } from "@/lib/zod";

const text = z.coerce.string().min(1).optional().catch(undefined);

const STATE_VIEWS = ["changes", "state", "patch", "blame"] as const;
export type StateView = (typeof STATE_VIEWS)[number];

const PANEL_TABS = ["state", "node", "run", "evidence"] as const;
export type PanelTab = (typeof PANEL_TABS)[number];

export const runSearch = z.object({
  /** Place among the run's state events, from 1; 0 is before the first. */
  step: z.number().int().min(0).optional().catch(undefined),
  /** Id of a state event to begin with, for links from spans. */
  event: text,
  /** Span whose node to begin with, for links from spans. */
  span: text,
  /** Only events of this store are stepped through. */
  store: text,
  /** Key of the node that is looked at. */
  node: text,
  tab: z.enum(PANEL_TABS).optional().catch(undefined),
  show: z.enum(STATE_VIEWS).optional().catch(undefined),
  /** Keys of the unfolded subflows, comma separated; `-` for none. Undefined: as many as are readable. */
  open: text,
});

export type RunSearch = z.infer<typeof runSearch>;
