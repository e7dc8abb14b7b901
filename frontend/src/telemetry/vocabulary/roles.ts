/** What a span is in an AI application: labels, marks and colours of the roles that the server derives. */
import {
  ArrowDownWideNarrow,
  Bot,
  Circle,
  FileSearch,
  Gauge,
  Grip,
  Layers,
  Link2,
  type LucideIcon,
  ScrollText,
  ShieldCheck,
  Sparkles,
  Split,
  Workflow,
  Wrench,
} from "lucide-react";

/** Roles that have a mark of their own. A newer server may send others; they look like spans without a role. */
export type SpanRole =
  | "workflow"
  | "subflow"
  | "node"
  | "run_concurrent"
  | "agent"
  | "llm"
  | "embedding"
  | "retriever"
  | "reranker"
  | "tool"
  | "chain"
  | "guardrail"
  | "evaluator"
  | "prompt";

interface RoleLook {
  label: string;
  icon: LucideIcon;
}

const ROLES: Record<SpanRole, RoleLook> = {
  workflow: { label: "Workflow", icon: Workflow },
  subflow: { label: "Subflow", icon: Layers },
  node: { label: "Node", icon: Circle },
  run_concurrent: { label: "Concurrent group", icon: Split },
  agent: { label: "Agent", icon: Bot },
  llm: { label: "Model call", icon: Sparkles },
  embedding: { label: "Embedding", icon: Grip },
  retriever: { label: "Retriever", icon: FileSearch },
  reranker: { label: "Reranker", icon: ArrowDownWideNarrow },
  tool: { label: "Tool", icon: Wrench },
  chain: { label: "Chain", icon: Link2 },
  guardrail: { label: "Guardrail", icon: ShieldCheck },
  evaluator: { label: "Evaluator", icon: Gauge },
  prompt: { label: "Prompt", icon: ScrollText },
};

export const ROLE_IDS = Object.keys(ROLES) as SpanRole[];

export function roleLook(role: string | null | undefined): RoleLook | undefined {
  return role != null && Object.hasOwn(ROLES, role) ? ROLES[role as SpanRole] : undefined;
}

/** CSS colour of a role; spans without one are grey. */
export function roleColor(role: string | null | undefined): string {
  return `var(--role-${roleLook(role) ? role : "none"})`;
}
