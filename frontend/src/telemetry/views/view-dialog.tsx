/** Name of a view, and whether others see it: for a new one, or for one that is there. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormError } from "@/components/ui/form-error";
import { useMayShare } from "./view-rights";
import { changeView, createView, type View, type ViewDraft, type ViewSearch } from "./views-query";

const NAME_CHARACTERS_MAX = 60;

interface ViewDialogProps {
  page: string;
  search: ViewSearch;
  /** The one to change; a new one without it. */
  view: View | undefined;
  onSaved: (id: string) => void;
  onClose: () => void;
}

export function ViewDialog({ page, search, view, onSaved, onClose }: ViewDialogProps) {
  const client = useQueryClient();
  const mayShare = useMayShare();
  const mutation = useMutation({
    mutationFn: async (draft: ViewDraft) => {
      if (!view) return (await createView(client, page, draft, search)).id;
      await changeView(client, view.id, draft);
      return view.id;
    },
    onSuccess: onSaved,
  });

  function handleSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const name = String(form.get("name")).trim();
    if (name !== "") mutation.mutate({ name, isShared: form.get("shared") === "on" });
  }

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={view ? "Rename or share" : "Save this view"}
      description={view ? undefined : "Filters, order, columns and time range, kept on the server."}
    >
      <form onSubmit={handleSubmit} className="grid gap-4">
        <Field
          label="Name"
          name="name"
          required
          autoFocus
          autoComplete="off"
          maxLength={NAME_CHARACTERS_MAX}
          defaultValue={view?.name ?? ""}
        />
        {mayShare && (
          <label className="flex items-center gap-2 text-sm">
            <input
              type="checkbox"
              name="shared"
              defaultChecked={view?.is_shared ?? false}
              className="size-3.5 accent-[var(--accent)]"
            />
            Share with everybody who may sign in
          </label>
        )}
        <FormError error={mutation.error} />
        <div className="flex justify-end">
          <Button type="submit" weight="primary" disabled={mutation.isPending}>
            Save view
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
