/** What a person can do with several traces or runs that are chosen in a list. Features bring actions; the lists show them. */
import { useQuery } from "@tanstack/react-query";
import { type ComponentType, createContext, type ReactNode, Suspense, use } from "react";
import { sessionQuery } from "@/state/session-query";

export interface SelectedTrace {
  traceId: string;
  /** The span that is chosen, where it is not the whole trace. */
  spanId?: string;
  name: string;
  startUnixNano: string;
}

interface SelectionActionProps {
  /** In the order of the list, at least one. */
  selection: readonly SelectedTrace[];
  /** Unselects all, for actions after which the rows are gone. */
  onClear: () => void;
}

export interface SelectionAction {
  id: string;
  /** Actions stand in ascending order. */
  rank: number;
  /** Only administrators see it. */
  admin?: true;
  /** A small button or menu; nothing where the action does not apply. May be lazy. */
  Button: ComponentType<SelectionActionProps>;
}

const Actions = createContext<readonly SelectionAction[]>([]);

interface SelectionActionsProviderProps {
  actions: readonly SelectionAction[];
  children: ReactNode;
}

export function SelectionActionsProvider({ actions, children }: SelectionActionsProviderProps) {
  return <Actions value={actions}>{children}</Actions>;
}

/** The buttons for what is chosen, in the order of their ranks. */
export function SelectionActions(props: SelectionActionProps) {
  const me = useQuery(sessionQuery());
  return use(Actions)
    .filter((action) => !action.admin || me.data?.role === "admin")
    .map(({ id, Button }) => (
      <Suspense key={id}>
        <Button {...props} />
      </Suspense>
    ));
}
