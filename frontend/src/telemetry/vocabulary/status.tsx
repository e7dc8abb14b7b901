/** Span status: only an error speaks up, because success leaves the status unset. */
import { CircleAlert, CircleCheck } from "lucide-react";
import { Hint } from "@/components/hint/hint";
import { Badge } from "@/components/ui/badge";
import { plural } from "@/lib/format/number";

export function StatusBadge({ status }: { status: string }) {
  if (status === "error") {
    return (
      <Badge tone="danger">
        <CircleAlert size={12} /> Error
      </Badge>
    );
  }
  if (status === "ok") {
    return (
      <Badge tone="ok">
        <CircleCheck size={12} /> OK
      </Badge>
    );
  }
  return null;
}

/** A red dot with a count, for rows. */
export function ErrorMark({ count, label }: { count?: number; label?: string }) {
  const text = label ?? (count ? plural(count, "error") : "Error");
  return (
    <Hint
      silent
      content={() => text}
      className="inline-flex h-4 shrink-0 items-center gap-1 rounded-sm bg-danger/12 px-1 font-medium text-2xs text-danger-text tnum"
    >
      <CircleAlert size={11} aria-hidden />
      {count ? <span aria-hidden>{count}</span> : null}
      <span className="sr-only">{text}</span>
    </Hint>
  );
}
