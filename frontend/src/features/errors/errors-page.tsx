/** Failures grouped by kind: how many, since when and since which release, with an example, and what was decided about each. */
import { useQuery } from "@tanstack/react-query";
import { CircleCheck } from "lucide-react";
import { DataTable } from "@/components/ui/data-table";
import { LiveMark, windowState } from "@/components/ui/live-mark";
import { PageHeader } from "@/components/ui/page";
import { Segmented } from "@/components/ui/segmented";
import { EmptyState, LoadState } from "@/components/ui/states";
import { AllTimeButton, TimeRangePicker } from "@/components/ui/time-range-picker";
import { useSearchState } from "@/state/use-search-state";
import { ServiceSelect } from "@/telemetry/services/service-select";
import { useEarliest } from "@/telemetry/services/use-earliest";
import { CompactGroup, ERROR_COLUMNS } from "./error-columns";
import { errorsQuery, shownGroups } from "./errors-query";
import { SHOWN } from "./errors-search";

const STATES = SHOWN.map((value) => ({ value, label: value.charAt(0).toUpperCase() + value.slice(1) }));

const NOTHING = {
  open: "Nothing failed that is not resolved or muted.",
  resolved: "Nothing that was resolved failed in this window.",
  muted: "Nothing that is muted failed in this window.",
  all: "Nothing failed in this window.",
};

export function ErrorsPage() {
  const [search, onSearchChange] = useSearchState("/app/errors");
  const state = search.state ?? "open";
  const errors = useQuery(errorsQuery(search, useEarliest()));
  const rows = shownGroups(errors.data?.items ?? [], state);
  return (
    <>
      <PageHeader
        title="Errors"
        note={<LiveMark state={windowState(search, errors.error)} />}
        actions={
          <>
            <Segmented
              label="Which errors"
              value={state}
              options={STATES}
              onValueChange={(next) => onSearchChange({ state: next === "open" ? undefined : next })}
            />
            <ServiceSelect value={search.service} onValueChange={(service) => onSearchChange({ service })} />
            <TimeRangePicker value={search} onValueChange={onSearchChange} />
          </>
        }
      />
      <LoadState query={errors} label="Loading errors" />
      {errors.data && rows.length === 0 && (
        <EmptyState
          icon={CircleCheck}
          title="No errors here"
          action={<AllTimeButton value={search} onValueChange={onSearchChange} />}
        >
          {NOTHING[state]}
        </EmptyState>
      )}
      {rows.length > 0 && (
        <DataTable
          label="Errors"
          columns={ERROR_COLUMNS}
          rows={rows}
          getRowId={(row) => row.fingerprint}
          renderCompact={(row) => <CompactGroup group={row} />}
          footer={
            errors.data?.has_more && (
              <p className="py-4 text-center text-faint text-xs">
                Only the most frequent kinds are listed. A shorter window or one service shows others.
              </p>
            )
          }
        />
      )}
    </>
  );
}
