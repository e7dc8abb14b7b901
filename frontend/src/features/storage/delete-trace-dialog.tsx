/** Deletes one trace. */
import { Dialog } from "@/components/ui/dialog";
import { plural } from "@/lib/format/number";
import { postToast } from "@/state/toasts";
import type { TraceDialogProps } from "@/telemetry/slots/trace-actions";
import { ConfirmDeletionForm } from "./confirm-deletion-form";

export function DeleteTraceDialog({ trace, onLeave, onClose }: TraceDialogProps) {
  const { traceId, name, spanCount } = trace;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Delete this trace?"
      description={
        <>
          <span className="break-words font-medium text-text">{name || "(no name)"}</span> with{" "}
          {plural(spanCount, "span")} and their log records.
          <code className="mt-1 block break-all font-mono text-2xs">{traceId}</code>
        </>
      }
    >
      <ConfirmDeletionForm
        readTarget={() => ({ trace_ids: [traceId] })}
        onCancel={onClose}
        onDeleted={async () => {
          postToast({ tone: "info", title: "Trace deleted; the disk follows in the background" });
          await onLeave();
        }}
      />
    </Dialog>
  );
}
