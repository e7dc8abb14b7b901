/** A relative time that stays fresh, exact on hover. */
import { formatAge, formatExact } from "@/lib/format/time";
import { useNow } from "@/state/use-now";

export function TimeAgo({ iso, className }: { iso: string; className?: string }) {
  const now = useNow();
  return (
    <time dateTime={iso} title={formatExact(iso)} className={className}>
      {formatAge(iso, now)}
    </time>
  );
}
