/** The deletion of chosen traces, offered above lists. The dialog is loaded when it is asked for. */
import { Trash2 } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { Button } from "@/components/ui/button";
import type { SelectedTrace } from "@/telemetry/slots/selection-actions";

const Dialog = lazy(() =>
  import("./delete-traces-dialog").then(({ DeleteTracesDialog }) => ({ default: DeleteTracesDialog })),
);

interface DeleteSelectionProps {
  selection: readonly SelectedTrace[];
  onClear: () => void;
}

export function DeleteSelection({ selection, onClear }: DeleteSelectionProps) {
  const [open, setOpen] = useState(false);
  const traceIds = [...new Set(selection.map(({ traceId }) => traceId))];
  return (
    <>
      <Button size="sm" className="text-danger-text" onClick={() => setOpen(true)}>
        <Trash2 size={13} /> Delete
      </Button>
      {open && (
        <Suspense>
          <Dialog
            traceIds={traceIds}
            partial={selection.some(({ spanId }) => spanId !== undefined)}
            onClose={() => setOpen(false)}
            onDeleted={() => {
              setOpen(false);
              onClear();
            }}
          />
        </Suspense>
      )}
    </>
  );
}
