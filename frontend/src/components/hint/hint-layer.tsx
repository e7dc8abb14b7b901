/** The card of the value that is pointed at, has the focus, or was tapped: one for the whole page. */
import { Popover } from "radix-ui";
import { useEffect, useId } from "react";
import { hintOf } from "./hint";
import { useOpenHint } from "./use-open-hint";

export function HintLayer() {
  const id = useId();
  const anchor = useOpenHint();

  useEffect(() => {
    anchor?.setAttribute("aria-describedby", id);
    return () => anchor?.removeAttribute("aria-describedby");
  }, [anchor, id]);

  if (!anchor) return null;
  return (
    <Popover.Root open>
      <Popover.Anchor virtualRef={{ current: anchor }} />
      <Popover.Portal>
        <Popover.Content
          // another value is another card, at its own place
          key={keyOf(anchor)}
          id={id}
          role="tooltip"
          data-hint-card=""
          side="top"
          sideOffset={5}
          collisionPadding={8}
          onOpenAutoFocus={(event) => event.preventDefault()}
          onCloseAutoFocus={(event) => event.preventDefault()}
          className="z-50 max-w-[min(22rem,calc(100vw-1rem))] animate-fade rounded-md border border-line-strong bg-raised px-2.5 py-1.5 text-text text-xs shadow-pop"
        >
          {hintOf(anchor)}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

const keys = new WeakMap<Element, number>();
let last = 0;

function keyOf(element: Element): number {
  const known = keys.get(element) ?? ++last;
  keys.set(element, known);
  return known;
}
