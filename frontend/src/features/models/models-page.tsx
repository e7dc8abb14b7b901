/** All models that were called in the window. */
import { LiveMark, windowState } from "@/components/ui/live-mark";
import { PageBody, PageHeader } from "@/components/ui/page";
import { TimeRangePicker } from "@/components/ui/time-range-picker";
import { useSearchState } from "@/state/use-search-state";
import { useEarliest } from "@/telemetry/services/use-earliest";
import { ModelsTable } from "@/telemetry/stats/models-table";

/** As many as the server tells apart. */
const ROWS_MAX = 100;

export function ModelsPage() {
  const [search, onSearchChange] = useSearchState("/app/models");
  const earliest = useEarliest();
  return (
    <>
      <PageHeader
        title="Models"
        note={<LiveMark state={windowState(search, null)} />}
        actions={<TimeRangePicker value={search} onValueChange={onSearchChange} />}
      />
      <PageBody className="p-4">
        <ModelsTable window={search} earliest={earliest} title="Calls by model" rowsMax={ROWS_MAX} />
      </PageBody>
    </>
  );
}
