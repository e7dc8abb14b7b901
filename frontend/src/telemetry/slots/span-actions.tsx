/** What a person can do with one span beyond looking at it. Features bring actions; the span panel shows those that apply. */
import { type ComponentType, createContext, type ReactNode, use } from "react";
import type { SpanDetail } from "@/telemetry/trace/span-query";

export interface SpanAction {
  id: string;
  appliesTo: (span: SpanDetail) => boolean;
  /** A small button or link; what it opens is its own affair. */
  Button: ComponentType<{ span: SpanDetail }>;
}

const Actions = createContext<readonly SpanAction[]>([]);

interface SpanActionsProviderProps {
  actions: readonly SpanAction[];
  children: ReactNode;
}

export function SpanActionsProvider({ actions, children }: SpanActionsProviderProps) {
  return <Actions value={actions}>{children}</Actions>;
}

/** The actions that apply to the span, in the order of the features; nothing until the span is there. */
export function SpanActions({ span }: { span: SpanDetail | undefined }) {
  const actions = use(Actions);
  if (!span) return null;
  return actions
    .filter((action) => action.appliesTo(span))
    .map(({ id, Button }) => <Button key={id} span={span} />);
}
