/** What is compared, as it stands in the URL: two traces, or two spans of traces with all that is below them. */
import { z } from "@/lib/zod";

const text = z.coerce.string().min(1).optional().catch(undefined);

export const compareSearch = z.object({
  a: text,
  b: text,
  /** Spans that stand for the whole; without them the whole traces are compared. */
  aspan: text,
  bspan: text,
  /** Row that is looked at: span ids of both sides, `-` where one is missing. */
  row: text,
  /** Traces that are compared step by step, see chain.ts. */
  chain: text,
  /** Only what differs. */
  changed: z.boolean().optional().catch(undefined),
});

export type CompareSearch = z.infer<typeof compareSearch>;
