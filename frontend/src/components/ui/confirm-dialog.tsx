/** Asks before something that cannot be taken back, and says when it did not work. */
import { Button } from "./button";
import { Dialog } from "./dialog";
import { FormError } from "./form-error";

interface ConfirmDialogProps {
  title: string;
  description: string;
  /** What the button that does it says. */
  action: string;
  weight?: "primary" | "danger";
  mutation: { error: Error | null; isPending: boolean; mutate: () => void };
  onClose: () => void;
}

export function ConfirmDialog(props: ConfirmDialogProps) {
  const { title, description, action, weight = "danger", mutation, onClose } = props;
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={title} description={description}>
      <FormError error={mutation.error} />
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button weight={weight} onClick={() => mutation.mutate()} disabled={mutation.isPending}>
          {action}
        </Button>
      </div>
    </Dialog>
  );
}
