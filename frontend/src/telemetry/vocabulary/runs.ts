/** The kinds of runs, as span types of the Junjo SDK and as roles. */
const RUN_KINDS: ReadonlySet<string> = new Set(["workflow", "subflow", "agent"]);

export function isRunKind(kind: string): boolean {
  return RUN_KINDS.has(kind);
}
