/** All attributes as a tree, with a filter by key. */
import { Link } from "@tanstack/react-router";
import { ListFilter } from "lucide-react";
import { useState } from "react";
import { CopyButton } from "@/components/ui/copy-button";
import { JsonTree } from "@/components/ui/json-tree";
import { SearchInput } from "@/components/ui/search-input";
import { plural } from "@/lib/format/number";
import { toText } from "@/lib/json";
import { attributeCondition } from "@/telemetry/filter/conditions";
import type { SpanDetail } from "@/telemetry/trace/span-query";

/** Below this many attributes a filter is only in the way. */
const FILTER_FROM = 9;

export function AttributesTab({ span }: { span: SpanDetail }) {
  const [filter, setFilter] = useState("");
  const all = Object.entries(span.attributes).sort(([a], [b]) => a.localeCompare(b));
  const needle = filter.trim().toLowerCase();
  const shown = needle === "" ? all : all.filter(([key]) => key.toLowerCase().includes(needle));

  if (all.length === 0) return <p className="text-faint text-sm">This span carries no attributes.</p>;
  return (
    <div className="grid min-w-0 gap-3">
      <div className="flex items-center gap-2">
        {all.length >= FILTER_FROM && (
          <SearchInput
            value={filter}
            label="Filter attributes"
            placeholder="Filter by key"
            onValueChange={setFilter}
            className="flex-1"
          />
        )}
        <CopyButton
          text={() => toText(span.attributes)}
          what="all attributes"
          label="Copy all"
          weight="secondary"
          className="ml-auto"
        />
      </div>
      {shown.length === 0 ? (
        <p className="text-faint text-sm">No key contains “{filter}”.</p>
      ) : (
        <JsonTree
          key={needle}
          value={Object.fromEntries(shown)}
          label="Attributes"
          openDepth={1}
          renderAction={filterByThis}
        />
      )}
      {span.dropped_attributes_count > 0 && (
        <p className="text-warn text-xs">
          {plural(span.dropped_attributes_count, "attribute")} dropped by the SDK before sending.
        </p>
      )}
    </div>
  );
}

/** Leads to all traces with a span that has the same value. */
function filterByThis(name: string, value: unknown) {
  const condition = attributeCondition(name, value);
  if (condition === undefined) return null;
  return (
    <Link
      to="/traces"
      search={{ filter: condition, range: "all" }}
      aria-label={`Traces with this ${name}`}
      title="Traces with this value"
      className="mr-1 grid size-5 shrink-0 place-items-center rounded-sm text-faint opacity-0 hover:bg-hover hover:text-text focus-visible:opacity-100 group-hover:opacity-100"
    >
      <ListFilter size={13} />
    </Link>
  );
}
