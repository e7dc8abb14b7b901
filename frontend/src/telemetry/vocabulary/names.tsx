/** Names of services, models and people in a row: the first one, how many more, and all of them in the card. */
import { Hint } from "@/components/hint/hint";

interface NamesProps {
  names: readonly string[];
  /** The one that is shown; the first one unless it is given. */
  first?: string | undefined;
  /** How one is shown in the row. */
  short?: (name: string) => string;
}

export function Names({ names, first = names[0], short = (name) => name }: NamesProps) {
  if (first === undefined) return null;
  const others = names.filter((name) => name !== first);
  return (
    <Hint
      className="flex min-w-0 items-baseline gap-1 text-muted"
      content={() => <NameList names={[first, ...others]} />}
    >
      <span className="truncate">{short(first)}</span>
      {others.length > 0 && <span className="shrink-0 text-2xs text-faint">+{others.length}</span>}
    </Hint>
  );
}

/** A card has room for this many. */
const LISTED_MAX = 20;

function NameList({ names }: { names: readonly string[] }) {
  return (
    <ul className="grid gap-0.5 [overflow-wrap:anywhere]">
      {names.slice(0, LISTED_MAX).map((name) => (
        <li key={name}>{name}</li>
      ))}
      {names.length > LISTED_MAX && <li className="text-faint">and {names.length - LISTED_MAX} more</li>}
    </ul>
  );
}

/** One line of text that may be longer than its place: all of it is in the card. */
export function OneLine({
  text,
  className = "block truncate text-muted",
}: {
  text: string;
  className?: string;
}) {
  return (
    <Hint className={className} content={() => <span className="[overflow-wrap:anywhere]">{text}</span>}>
      {text}
    </Hint>
  );
}
