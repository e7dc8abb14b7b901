/** Deletes the traces that were chosen in a list. */
import { Dialog } from "@/components/ui/dialog";
import { plural } from "@/lib/format/number";
import { postToast } from "@/state/toasts";
import { ConfirmDeletionForm } from "./confirm-deletion-form";

interface DeleteTracesDialogProps {
  traceIds: string[];
  /** Spans were chosen; the traces around them go with them. */
  partial: boolean;
  onClose: () => void;
  onDeleted: () => void;
}

export function DeleteTracesDialog({ traceIds, partial, onClose, onDeleted }: DeleteTracesDialogProps) {
  const what = plural(traceIds.length, "trace");
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Delete ${what}?`}
      description={
        partial
          ? "With all their spans, not only the chosen runs, and with their log records."
          : "With all their spans and log records."
      }
    >
      <ConfirmDeletionForm
        readTarget={() => ({ trace_ids: traceIds })}
        onCancel={onClose}
        onDeleted={() => {
          postToast({ tone: "info", title: `${what} deleted; the disk follows in the background` });
          onDeleted();
        }}
      />
    </Dialog>
  );
}
