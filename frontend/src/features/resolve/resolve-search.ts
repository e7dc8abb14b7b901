/** What a stable link says: an executable by the identity that its application knows. Pure. */
import { z } from "@/lib/zod";

/** The router reads numbers and words such as `true` from an address. They are kept as it read them, so that it does not write
 * the address anew; `identityOf` makes texts of them. */
const text = z.union([z.string(), z.number(), z.boolean()]).optional().catch(undefined);

export const EXECUTABLE_TYPES = ["workflow", "subflow", "agent", "node", "run_concurrent"] as const;
type ExecutableType = (typeof EXECUTABLE_TYPES)[number];

export const resolveSearch = z.object({
  service_namespace: text,
  service_name: text,
  executable_type: z.enum(EXECUTABLE_TYPES).optional().catch(undefined),
  runtime_id: text,
  /** What is shown: the run (the default) or its trace. */
  destination: z.enum(["detail", "trace"]).optional().catch(undefined),
});

type ResolveSearch = z.infer<typeof resolveSearch>;

export interface Identity {
  service_namespace: string;
  service_name: string;
  executable_type: ExecutableType;
  runtime_id: string;
}

/** The identity that a link names; undefined when a part is missing. */
export function identityOf(search: ResolveSearch): Identity | undefined {
  const { executable_type } = search;
  const service_name = String(search.service_name ?? "");
  const runtime_id = String(search.runtime_id ?? "");
  if (executable_type === undefined || service_name === "" || runtime_id === "") return undefined;
  const service_namespace = String(search.service_namespace ?? "");
  return { service_namespace, service_name, executable_type, runtime_id };
}
