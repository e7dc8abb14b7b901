/** Whether all of a run is there: only what is missing or contradictory speaks up. */
import { ShieldAlert, ShieldCheck } from "lucide-react";
import { Hint } from "@/components/hint/hint";
import { plural } from "@/lib/format/number";

interface EvidenceMarkProps {
  /** Null while the run has not been checked. */
  evidence: string | null;
  findingCount: number | null;
}

/** A shield for rows: amber with the number of findings, or pale when everything is there. */
export function EvidenceMark({ evidence, findingCount }: EvidenceMarkProps) {
  if (evidence === "partial") {
    const text = `Partial: ${plural(findingCount ?? 0, "finding")}`;
    return (
      <Hint
        silent
        content={() => text}
        className="inline-flex h-4 shrink-0 items-center gap-1 rounded-sm bg-warn/12 px-1 font-medium text-2xs text-warn tnum"
      >
        <ShieldAlert size={11} aria-hidden />
        <span aria-hidden>{findingCount}</span>
        <span className="sr-only">{text}</span>
      </Hint>
    );
  }
  if (evidence === "complete") {
    return (
      <Hint
        silent
        content={() => "Complete: all of this run is there"}
        className="inline-flex shrink-0 text-faint"
      >
        <ShieldCheck size={13} aria-hidden />
        <span className="sr-only">Complete</span>
      </Hint>
    );
  }
  return null;
}
