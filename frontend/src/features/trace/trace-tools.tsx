/** The bar above the spans: search, failed spans, critical path, what matters, folding, and how the trace is shown. */
import { CircleAlert, Funnel, Route, UnfoldVertical, ZoomOut } from "lucide-react";
import { Button } from "@/components/ui/button";
import { SearchInput } from "@/components/ui/search-input";
import { Segmented } from "@/components/ui/segmented";
import { cn } from "@/lib/cn";
import { formatCount } from "@/lib/format/number";
import { onlyMatters, type TraceSearch } from "./trace-search";

interface TraceToolsProps {
  search: TraceSearch;
  errors: number;
  onSearchChange: (change: Partial<TraceSearch>) => void;
}

export function TraceTools({ search, errors, onSearchChange }: TraceToolsProps) {
  const folded = search.depth !== undefined || search.folds !== undefined;
  const leavesOut = onlyMatters(search);
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-1.5 border-line border-b px-3 py-1.5">
      <SearchInput
        value={search.find ?? ""}
        label="Search in this trace"
        placeholder="Search names, messages, attributes"
        onValueChange={(text) => onSearchChange({ find: text.trim() || undefined })}
        className="min-w-40 flex-1"
      />
      {errors > 0 && (
        <Button
          weight={search.errors ? "danger" : "secondary"}
          className="px-2"
          aria-pressed={search.errors ?? false}
          onClick={() => onSearchChange({ errors: search.errors ? undefined : true })}
        >
          <CircleAlert size={14} /> {formatCount(errors)}
          <span className="sr-only">failed spans only</span>
        </Button>
      )}
      {search.t !== undefined && (
        <Button
          weight="ghost"
          size="icon"
          aria-label="Show the whole time"
          title="Show the whole time"
          onClick={() => onSearchChange({ t: undefined })}
        >
          <ZoomOut size={15} />
        </Button>
      )}
      <Toggle
        label="Critical path"
        icon={<Route size={15} />}
        pressed={search.critical ?? false}
        onPress={() => onSearchChange({ critical: search.critical ? undefined : true })}
      />
      <Toggle
        label="What matters: leave out spans that only show how the framework works"
        icon={<Funnel size={15} />}
        pressed={leavesOut}
        onPress={() => onSearchChange({ matters: mattersAfter(!leavesOut, search.view) })}
      />
      <Toggle
        label={folded ? "Unfold all" : "Fold all"}
        icon={<UnfoldVertical size={15} />}
        pressed={false}
        onPress={() =>
          onSearchChange(folded ? { depth: undefined, folds: undefined } : { depth: 1, folds: undefined })
        }
      />
      <Segmented
        label="View of the trace"
        value={search.view ?? "waterfall"}
        onValueChange={(view) => onSearchChange({ view: view === "waterfall" ? undefined : view })}
        options={VIEWS}
      />
    </div>
  );
}

const VIEWS = [
  { value: "waterfall", label: "Time" },
  { value: "tree", label: "Figures" },
  { value: "read", label: "Read" },
] as const;

/** What stands in the URL: nothing where the view does so by itself. */
function mattersAfter(wanted: boolean, view: TraceSearch["view"]): boolean | undefined {
  return wanted === onlyMatters({ view }) ? undefined : wanted;
}

interface ToggleProps {
  label: string;
  icon: React.ReactNode;
  pressed: boolean;
  className?: string;
  onPress: () => void;
}

function Toggle({ label, icon, pressed, className, onPress }: ToggleProps) {
  return (
    <Button
      weight="ghost"
      size="icon"
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      onClick={onPress}
      className={cn(pressed && "bg-accent/15 text-accent-text", className)}
    >
      {icon}
    </Button>
  );
}
