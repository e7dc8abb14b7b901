/** The order of the list where it has no heads to click on: on narrow screens. */
import { ArrowDown, ArrowUp } from "lucide-react";
import { Button } from "@/components/ui/button";
import type { Sort } from "@/components/ui/data-columns";
import { SelectField } from "@/components/ui/field";
import { NARROW, useMedia } from "@/state/use-media";

const ORDERS = [
  { id: "start", label: "Start" },
  { id: "duration", label: "Duration" },
  { id: "cost", label: "Cost" },
  { id: "tokens", label: "Tokens" },
  { id: "errors", label: "Errors" },
  { id: "spans", label: "Spans" },
] as const;

interface OrderSelectProps {
  sort: Sort;
  onSort: (sort: Sort) => void;
}

export function OrderSelect({ sort, onSort }: OrderSelectProps) {
  const narrow = useMedia(NARROW);
  if (!narrow) return null;
  const ascending = sort.direction === "asc";
  const Icon = ascending ? ArrowUp : ArrowDown;
  return (
    <div className="flex items-center gap-2 border-line border-b px-4 py-2">
      <SelectField
        label="Order by"
        hideLabel
        value={sort.column}
        onChange={(event) => onSort({ column: event.target.value, direction: "desc" })}
      >
        {ORDERS.map(({ id, label }) => (
          <option key={id} value={id}>
            By {label.toLowerCase()}
          </option>
        ))}
      </SelectField>
      <Button
        aria-label={ascending ? "Lowest first" : "Highest first"}
        className="px-2.5"
        onClick={() => onSort({ ...sort, direction: ascending ? "desc" : "asc" })}
      >
        <Icon size={14} />
      </Button>
    </div>
  );
}
