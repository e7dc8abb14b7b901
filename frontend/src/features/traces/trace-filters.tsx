/** The filter bar of the trace list. */
import { useNavigate } from "@tanstack/react-router";
import { FilterX, X } from "lucide-react";
import { Button } from "@/components/ui/button";
import { SelectField } from "@/components/ui/field";
import { FilterBar } from "@/components/ui/page";
import { SearchInput } from "@/components/ui/search-input";
import { FilterInput } from "@/telemetry/filter/filter-input";
import type { FilterProblem } from "@/telemetry/filter/filter-problem";
import { ServiceSelect } from "@/telemetry/services/service-select";
import { activeFilters, asTraceId, type TracesSearch } from "@/telemetry/traces/traces-search";
import { ROLE_IDS, roleLook, type SpanRole } from "@/telemetry/vocabulary/roles";

interface TraceFiltersProps {
  search: TracesSearch;
  /** What the server found wrong with the filter. */
  problem: FilterProblem | undefined;
  onChange: (change: Partial<TracesSearch>) => void;
}

export function TraceFilters({ search, problem, onChange }: TraceFiltersProps) {
  const navigate = useNavigate();
  const active = activeFilters(search);

  function openTraceId(input: string): boolean {
    const traceId = asTraceId(input);
    if (!traceId) return false;
    void navigate({ to: "/traces/$traceId", params: { traceId } });
    return true;
  }

  return (
    <FilterBar>
      <FilterInput
        value={search.filter ?? ""}
        problem={problem}
        onApply={(filter) => onChange({ filter: filter || undefined })}
        className="min-w-52 flex-[3] basis-80"
      />
      <SearchInput
        value={search.q ?? ""}
        label="Search traces"
        placeholder="Search, or paste a trace id"
        onValueChange={(text) => onChange({ q: text.trim() || undefined })}
        onEnter={openTraceId}
        className="min-w-44 flex-[2] basis-52"
      />
      <ServiceSelect value={search.service} onValueChange={(service) => onChange({ service })} />
      <SelectField
        label="Contains"
        hideLabel
        className="w-auto"
        value={search.role ?? ""}
        onChange={(event) => onChange({ role: (event.target.value || undefined) as SpanRole | undefined })}
      >
        <option value="">Any role</option>
        {ROLE_IDS.map((role) => (
          <option key={role} value={role}>
            {roleLook(role)?.label}
          </option>
        ))}
      </SelectField>
      <Button
        weight={search.status === "error" ? "danger" : "secondary"}
        aria-pressed={search.status === "error"}
        onClick={() => onChange({ status: search.status === "error" ? undefined : "error" })}
      >
        Errors
      </Button>
      {LINKED_FILTERS.map(({ name, label }) =>
        search[name] === undefined ? null : (
          <FilterChip
            key={name}
            label={label}
            value={search[name]}
            onRemove={() => onChange({ [name]: undefined })}
          />
        ),
      )}
      {active.length > 0 && (
        <Button
          weight="ghost"
          onClick={() => onChange(Object.fromEntries(active.map((name) => [name, undefined])))}
        >
          <FilterX size={14} /> Clear
        </Button>
      )}
    </FilterBar>
  );
}

/** Filters that links from other pages set. */
const LINKED_FILTERS = [
  { name: "model", label: "Model" },
  { name: "session_id", label: "Conversation" },
  { name: "user_id", label: "User" },
] as const;

function FilterChip({ label, value, onRemove }: { label: string; value: string; onRemove: () => void }) {
  return (
    <span className="inline-flex h-8 min-w-0 max-w-64 items-center gap-1.5 rounded-md border border-accent/40 bg-accent/10 pr-1 pl-2.5 text-sm">
      <span className="text-muted">{label}</span>
      <span className="min-w-0 truncate font-medium">{value}</span>
      <button
        type="button"
        aria-label={`Remove filter ${label}`}
        onClick={onRemove}
        className="grid size-6 place-items-center rounded-sm text-muted hover:bg-hover hover:text-text"
      >
        <X size={13} />
      </button>
    </span>
  );
}
