/** The columns of the trace list. They are remembered in this browser, unless the address or a view names them. */
import { ColumnsMenu } from "@/components/ui/columns-menu";
import { usePreferences } from "@/state/preferences";
import { attributeColumn, columnLabel, DEFAULT_COLUMNS, TRACE_COLUMNS } from "@/telemetry/traces/columns";

interface TraceColumnsMenuProps {
  columns: readonly string[];
  /** The address says which, so that a change goes there. */
  inUrl: boolean;
  onUrlChange: (cols: string | undefined) => void;
}

export function TraceColumnsMenu({ columns, inUrl, onUrlChange }: TraceColumnsMenuProps) {
  const { update } = usePreferences();
  const isUsual = columns.join() === DEFAULT_COLUMNS.join();
  function change(shown: string[]) {
    if (inUrl) onUrlChange(shown.length > 0 ? shown.join(",") : "none");
    else update({ traceColumns: shown });
  }
  function reset() {
    onUrlChange(undefined);
    update({ traceColumns: null });
  }
  return (
    <ColumnsMenu
      columns={TRACE_COLUMNS}
      shown={columns}
      onShownChange={change}
      columnOf={attributeColumn}
      labelOf={columnLabel}
      onReset={isUsual ? undefined : reset}
    />
  );
}
