/** A relative time that stays fresh, exact on hover; a time that is still to come is marked, as only a wrong clock says it. */
import { TriangleAlert } from "lucide-react";
import { cn } from "@/lib/cn";
import { formatAge, formatExact, isAhead } from "@/lib/format/time";
import { useNow } from "@/state/use-now";

const AHEAD = "Still to come: the clock of the sender, or of this computer, is wrong.";

export function TimeAgo({ iso, className }: { iso: string; className?: string }) {
  const now = useNow();
  const ahead = isAhead(iso, now);
  const exact = formatExact(iso);
  return (
    <time
      dateTime={iso}
      title={ahead ? `${exact}. ${AHEAD}` : exact}
      className={cn(className, ahead && "text-warn")}
    >
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
