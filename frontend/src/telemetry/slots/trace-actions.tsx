/** What a person can do with a whole trace. Features bring actions; the head of the trace page shows them. */
import type { LucideIcon } from "lucide-react";
import { type ComponentType, createContext, type ReactNode, use } from "react";

/** As much of a trace as its actions get to know. */
export interface ActionTrace {
  traceId: string;
  /** Name of the root span; empty when it has none. */
  name: string;
  spanCount: number;
}

/** A button in the head of the page. */
export interface TraceButton {
  id: string;
  Button: ComponentType<{ trace: ActionTrace }>;
}

export interface TraceDialogProps {
  trace: ActionTrace;
  onClose: () => void;
  /** Leaves the page of the trace, for actions after which it is gone. */
  onLeave: () => void | Promise<void>;
}

/** An entry of the menu in the head of the page, which opens a dialog. */
export interface TraceMenuEntry {
  id: string;
  label: string;
  icon: LucideIcon;
  danger?: true;
  /** Only administrators see it. */
  admin?: true;
  Dialog: ComponentType<TraceDialogProps>;
}

export interface TraceActionSet {
  buttons: readonly TraceButton[];
  menu: readonly TraceMenuEntry[];
}

const Actions = createContext<TraceActionSet>({ buttons: [], menu: [] });

interface TraceActionsProviderProps {
  actions: TraceActionSet;
  children: ReactNode;
}

export function TraceActionsProvider({ actions, children }: TraceActionsProviderProps) {
  return <Actions value={actions}>{children}</Actions>;
}

export function useTraceActions(): TraceActionSet {
  return use(Actions);
}
