/** Above the rows: how many spans a search found and where it looked, and how many are left out. */
import { formatCount, plural } from "@/lib/format/number";
import { onlyMatters, type TraceSearch } from "./trace-search";
import type { TraceView } from "./use-trace-view";

interface RowsNoticeProps {
  view: TraceView;
  search: TraceSearch;
  onSearchChange: (change: Partial<TraceSearch>) => void;
}

export function RowsNotice({ view, search, onSearchChange }: RowsNoticeProps) {
  const { whole, model, visible } = view;
  const leftOut = whole.spans.length - model.spans.length;
  const isSearch = visible.matches !== null;
  if (!isSearch && leftOut === 0) return null;
  return (
    <div className="flex shrink-0 flex-wrap items-baseline gap-x-3 border-line border-b px-4 py-1 text-faint text-xs">
      {isSearch && (
        <p role="status">
          {formatCount(visible.matchCount)} of {plural(model.spans.length, "span")}
          <SearchedPlaces view={view} text={search.find ?? ""} />
        </p>
      )}
      {leftOut > 0 && (
        <p>
          {plural(leftOut, "span")} that only {leftOut === 1 ? "shows" : "show"} how the framework works left
          out{" "}
          <button
            type="button"
            className="min-h-6 text-accent-text hover:underline"
            onClick={() =>
              onSearchChange({ matters: onlyMatters({ view: search.view }) ? false : undefined })
            }
          >
            Show all
          </button>
        </p>
      )}
    </div>
  );
}

function SearchedPlaces({ view: { found }, text }: { view: TraceView; text: string }) {
  if (text.trim() === "") return null;
  if (found.error)
    return (
      <span className="text-warn">
        {" "}
        · only names, models and services were searched: {found.error.message}{" "}
        <button type="button" className="min-h-6 underline" onClick={() => found.refetch()}>
          Try again
        </button>
      </span>
    );
  if (!found.data) return " · names searched, messages, attributes and events follow…";
  return (
    <>
      {" · names, messages, attributes and events searched"}
      {found.data.partial && <span className="text-warn">, not all of them</span>}
    </>
  );
}
