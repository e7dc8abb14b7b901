/** A relative time that stays fresh, exact in its card; a time that is still to come is marked, as only a wrong clock says it. */
import { TriangleAlert } from "lucide-react";
import { HintFacts, useHint } from "@/components/hint/hint";
import { cn } from "@/lib/cn";
import { formatAge, formatExact, isAhead } from "@/lib/format/time";
import { useNow } from "@/state/use-now";

const AHEAD = "Still to come: the clock of the sender, or of this computer, is wrong.";

export function TimeAgo({ iso, className }: { iso: string; className?: string }) {
  const now = useNow();
  const ahead = isAhead(iso, now);
  const hint = useHint(() => <TimeFacts iso={iso} ahead={ahead} />);
  return (
    <time {...hint} dateTime={iso} className={cn(className, ahead && "text-warn")}>
      {ahead && (
        <>
          <TriangleAlert size={11} className="mr-1 mb-px inline" aria-hidden />
          <span className="sr-only">{AHEAD} </span>
        </>
      )}
      {formatAge(iso, now)}
    </time>
  );
}

/** The point in time in the chosen zone, and in UTC as it was recorded. */
function TimeFacts({ iso, ahead = false }: { iso: string; ahead?: boolean }) {
  return (
    <>
      <HintFacts
        facts={[
          ["Time", formatExact(iso)],
          ["UTC", iso],
        ]}
      />
      {ahead && <p className="mt-1 text-warn">{AHEAD}</p>}
    </>
  );
}
