/** Findings in groups, and what each group means for whoever looks at the run. */

export type FindingGroup = "lost" | "missing" | "payload" | "contradiction";

interface Group {
  title: string;
  meaning: string;
}

export const GROUPS: Record<FindingGroup, Group> = {
  lost: {
    title: "Left out by the program",
    meaning:
      "The program's SDK, or this server, had to leave something out and counted it. What is shown is right, but not all.",
  },
  missing: {
    title: "Not arrived",
    meaning:
      "The run says that there is more than has arrived. It may still be on its way; after some minutes it was lost between the program and this server.",
  },
  payload: {
    title: "Payloads out of form",
    meaning:
      "A value is not in the form that the contract gives it. It is shown as it was sent; do not build on it.",
  },
  contradiction: {
    title: "Contradictions",
    meaning:
      "Two parts of the telemetry say different things, so that one of them is wrong. The run may not have gone the way it looks here.",
  },
};

const MISSING = /_(gap|missing|missing_trailing)$/;
const PAYLOAD = /^(required_payload|invalid_payload|payload_|invalid_candidate|invalid_execution_graph)/;

export function groupOf(code: string): FindingGroup {
  if (code.endsWith("_dropped") || code === "trace_not_read") return "lost";
  if (PAYLOAD.test(code)) return "payload";
  return MISSING.test(code) ? "missing" : "contradiction";
}

/** Groups that have findings, in a fixed order. */
export function grouped<F extends { code: string }>(findings: readonly F[]): [FindingGroup, F[]][] {
  const order: FindingGroup[] = ["missing", "lost", "contradiction", "payload"];
  return order
    .map((group): [FindingGroup, F[]] => [
      group,
      findings.filter((finding) => groupOf(finding.code) === group),
    ])
    .filter(([, found]) => found.length > 0);
}
