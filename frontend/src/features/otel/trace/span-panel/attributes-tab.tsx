/** All attributes as a tree, with a filter by key. */
import { useState } from "react";
import { CopyButton } from "@/components/ui/copy-button";
import { JsonTree } from "@/components/ui/json-tree";
import { SearchInput } from "@/components/ui/search-input";
import type { SpanDetail } from "@/features/otel/trace/span-query";
import { plural } from "@/lib/format/number";
import { toText } from "@/lib/json";

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
        <JsonTree key={needle} value={Object.fromEntries(shown)} label="Attributes" openDepth={1} />
      )}
      {span.dropped_attributes_count > 0 && (
        <p className="text-warn text-xs">
          {plural(span.dropped_attributes_count, "attribute")} dropped by the SDK before sending.
        </p>
      )}
    </div>
  );
}
