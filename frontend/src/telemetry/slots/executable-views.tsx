/** Views of one executable that a page of another feature shows in place. Features bring them. */
import { type ComponentType, createContext, type ReactNode, use } from "react";

/** `detail` is the run, `trace` its trace with its span selected. */
export type Destination = "detail" | "trace";

interface ExecutableViewProps {
  traceId: string;
  spanId: string;
}

export interface ExecutableView {
  destination: Destination;
  /** Keeps what is looked at to itself, and leaves the address as it is. May be lazy. */
  View: ComponentType<ExecutableViewProps>;
}

const Views = createContext<readonly ExecutableView[]>([]);

interface ExecutableViewsProviderProps {
  views: readonly ExecutableView[];
  children: ReactNode;
}

export function ExecutableViewsProvider({ views, children }: ExecutableViewsProviderProps) {
  return <Views value={views}>{children}</Views>;
}

/** The view for a destination; another one where no feature brings it, and nothing where there is none at all. */
export function useExecutableView(destination: Destination): ComponentType<ExecutableViewProps> | undefined {
  const views = use(Views);
  return (views.find((view) => view.destination === destination) ?? views[0])?.View;
}
