/** The last step before telemetry is deleted: the word must be typed, because nothing brings it back. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { LoaderCircle, TriangleAlert } from "lucide-react";
import { type FormEvent, type ReactNode, useState } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { FormError } from "@/components/ui/form-error";
import type { DeletionTarget } from "./deletion-target";
import { type Deletion, deleteTelemetry, forgetTelemetry } from "./storage-query";

const WORD = "delete";

interface ConfirmDeletionFormProps {
  /** Reads what is to be deleted; undefined when it cannot be, which the fields then say. */
  readTarget: () => DeletionTarget | undefined;
  /** Runs before pages ask again for what they show. */
  onDeleted: (deletion: Deletion) => void | Promise<void>;
  onCancel: () => void;
  /** Fields that say what is to be deleted. */
  children?: ReactNode;
}

export function ConfirmDeletionForm({ readTarget, onDeleted, onCancel, children }: ConfirmDeletionFormProps) {
  const client = useQueryClient();
  const [typed, setTyped] = useState("");
  const mutation = useMutation({
    mutationFn: deleteTelemetry,
    onSuccess: async (deletion) => {
      await onDeleted(deletion);
      await forgetTelemetry(client);
    },
  });

  function handleSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const target = readTarget();
    if (target) mutation.mutate(target);
  }

  return (
    <form onSubmit={handleSubmit} className="grid gap-4">
      {children}
      <p className="flex gap-2 rounded-md border border-danger/30 bg-danger/10 px-3 py-2 text-danger-text text-sm">
        <TriangleAlert size={15} className="mt-0.5 shrink-0" aria-hidden />
        <span>
          This cannot be undone. The data disappears from every page at once, and from the disk shortly after.
          What arrives later is kept: stop the sender first.
        </span>
      </p>
      <Field
        label={`Type “${WORD}” to confirm`}
        name="confirmation"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
      />
      <FormError error={mutation.error} />
      <div className="flex justify-end gap-2">
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" weight="danger" disabled={typed.trim() !== WORD || mutation.isPending}>
          {mutation.isPending && <LoaderCircle size={15} className="animate-spin" />}
          Delete for good
        </Button>
      </div>
    </form>
  );
}
