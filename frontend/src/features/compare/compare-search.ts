/**
 * What is compared, as it stands in the URL.
 *
 * | address | shows |
 * |---|---|
 * | `?a=ID&b=ID` | two traces beside each other; `aspan` and `bspan` keep to what is below one span of each |
 * | `?b=ID&against=previous` | the trace beside the one that the server's comparisons name so |
 * | `?ids=ID,ID,ID` | a chain: a column for each, in order of their start; two ids are a pair |
 */
import { z } from "@/lib/zod";
import { asTraceId } from "@/telemetry/traces/traces-search";

const text = z.coerce.string().min(1).optional().catch(undefined);

/** What a trace can be compared with without anybody choosing. */
export const PROPOSAL_KINDS = ["previous", "previous_version", "fastest", "slowest", "last_failed"] as const;
export type ProposalKind = (typeof PROPOSAL_KINDS)[number];

/** More columns than this are not read beside each other; each is a whole trace that is loaded. */
export const CHAIN_MAX = 8;

export const compareSearch = z.object({
  a: text,
  b: text,
  /** With which of its proposals `b` is compared while no `a` is chosen. */
  against: z.enum(PROPOSAL_KINDS).optional().catch(undefined),
  /** Traces of a chain, with commas between them. */
  ids: text,
  /** Spans that stand for the whole; without them the whole traces are compared. */
  aspan: text,
  bspan: text,
  /** Row that is looked at: span ids of both sides, `-` where one is missing. */
  row: text,
  /** Only what differs. */
  changed: z.boolean().optional().catch(undefined),
});

export type CompareSearch = z.infer<typeof compareSearch>;

/** The ids of a chain: each once, only what can be a trace's, and no more than fit. Pure. */
export function chainOf(ids: string | undefined): string[] {
  const valid = (ids ?? "").split(",").flatMap((id) => asTraceId(id) ?? []);
  return [...new Set(valid)].slice(0, CHAIN_MAX);
}

/** The search of a page that compares these traces: a pair as `a` and `b`, more as a chain. Pure. */
export function compareOf(ids: readonly string[]): Pick<CompareSearch, "a" | "b" | "ids"> {
  const [a, b] = ids;
  return ids.length > 2 ? { ids: ids.join(",") } : { ...(a && { a }), ...(b && { b }) };
}
