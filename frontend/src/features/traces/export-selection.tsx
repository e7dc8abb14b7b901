/** Saves the chosen traces, or all their spans, as a file that the server streams. */
import { Download } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Menu, MenuLabel } from "@/components/ui/menu";
import { plural } from "@/lib/format/number";
import type { SelectedTrace } from "@/telemetry/slots/selection-actions";
import { exportPath } from "@/telemetry/traces/list-query";
import { ExportItems } from "./export-menu";

/** Ids that a filter has room for. */
const TRACES_MAX = 100;

export function ExportSelection({ selection }: { selection: readonly SelectedTrace[] }) {
  const ids = [...new Set(selection.map(({ traceId }) => traceId))];
  if (ids.length > TRACES_MAX) {
    return (
      <Button size="sm" disabled>
        <Download size={13} /> Export: {plural(TRACES_MAX, "trace")} at most
      </Button>
    );
  }
  const search = { range: "all" as const, filter: `trace_id in (${ids.join(", ")})` };
  return (
    <Menu
      className="w-48"
      trigger={
        <Button size="sm">
          <Download size={13} /> Export
        </Button>
      }
    >
      <MenuLabel>{plural(ids.length, "trace")}</MenuLabel>
      <ExportItems pathOf={(of, format) => exportPath(search, of, format)} />
    </Menu>
  );
}
