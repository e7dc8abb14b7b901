/** Ties the comparison to the URL. */
import { getRouteApi } from "@tanstack/react-router";
import { ComparePage } from "@/features/compare/compare-page";

const compare = getRouteApi("/app/compare");

export function CompareRoute() {
  const search = compare.useSearch();
  const navigate = compare.useNavigate();
  return (
    <ComparePage
      search={search}
      onSearchChange={(change) =>
        void navigate({ search: (before) => ({ ...before, ...change }), replace: "row" in change })
      }
    />
  );
}
