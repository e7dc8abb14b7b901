/**
 * A value that says more about itself in a card: on hover, on focus and on tap, also below the link that covers a row. The card
 * itself is drawn by `hint-layer.tsx`, one for the whole page, so that a row costs no more than its values.
 */
import {
  type ComponentProps,
  createContext,
  type ReactNode,
  type RefCallback,
  use,
  useCallback,
  useLayoutEffect,
  useRef,
} from "react";

type Content = () => ReactNode;

/** What the cards of the elements on the page say. */
const contents = new WeakMap<Element, Content>();

export function hintOf(element: Element): ReactNode {
  return contents.get(element)?.();
}

/** Inside a row of a table, values are reached with the arrow keys of the table instead of Tab. */
export const RowScope = createContext(false);

interface HintProps {
  ref: RefCallback<HTMLElement>;
  "data-hint": string;
  tabIndex: number | undefined;
}

/**
 * Spread on the element that has the value. `content` is called when the card opens. `silent` is for marks whose text is there
 * for screen readers already: they are no stop of the Tab key.
 */
export function useHint(content: Content, silent = false): HintProps {
  const inRow = use(RowScope);
  const latest = useRef(content);
  useLayoutEffect(() => {
    latest.current = content;
  });
  const ref = useCallback((element: HTMLElement | null) => {
    if (element) contents.set(element, () => latest.current());
  }, []);
  return { ref, "data-hint": "", tabIndex: inRow ? -1 : silent ? undefined : 0 };
}

interface HintSpanProps extends Omit<ComponentProps<"span">, "content"> {
  content: Content;
  silent?: boolean;
}

export function Hint({ content, silent = false, ...span }: HintSpanProps) {
  return <span {...span} {...useHint(content, silent)} />;
}

/** Rows of a card: names and exact values under each other. */
export function HintFacts({ facts }: { facts: readonly (readonly [name: string, value: ReactNode])[] }) {
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-0.5">
      {facts.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-faint">{name}</dt>
          <dd className="text-right tnum [overflow-wrap:anywhere]">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
