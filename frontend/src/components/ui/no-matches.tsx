/** Stands where a list would be whose filters let nothing through: the ways out are fewer filters and more time. */
import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import type { TimeRangeSearch } from "@/lib/time-range";
import { Button } from "./button";
import { EmptyState } from "./states";
import { AllTimeButton } from "./time-range-picker";

interface NoMatchesProps {
  icon: LucideIcon;
  title: string;
  window: TimeRangeSearch;
  onWindowChange: (window: TimeRangeSearch) => void;
  /** Takes all filters away; undefined when there are none. */
  onClear: (() => void) | undefined;
  children?: ReactNode;
}

export function NoMatches({ icon, title, window, onWindowChange, onClear, children }: NoMatchesProps) {
  return (
    <EmptyState
      icon={icon}
      title={title}
      action={
        <>
          {onClear && <Button onClick={onClear}>Clear filters</Button>}
          <AllTimeButton value={window} onValueChange={onWindowChange} />
        </>
      }
    >
      {children ?? "Nothing in this time window fits the filters."}
    </EmptyState>
  );
}
