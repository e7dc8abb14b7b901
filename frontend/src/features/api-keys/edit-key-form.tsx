/** Name and expiry of an existing key. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { FormError } from "@/components/ui/form-error";
import { toLocalInput } from "@/lib/time-range";
import { type ApiKey, changeKey } from "./keys-query";

interface EditKeyFormProps {
  apiKey: ApiKey;
  onDone: () => void;
}

export function EditKeyForm({ apiKey, onDone }: EditKeyFormProps) {
  const client = useQueryClient();
  const mutation = useMutation({
    mutationFn: (change: { name: string; expiresAt: string | null }) => changeKey(client, apiKey.id, change),
    onSuccess: onDone,
  });
  function handleSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const expires = String(form.get("expires"));
    mutation.mutate({
      name: String(form.get("name")).trim(),
      expiresAt: expires === "" ? null : new Date(expires).toISOString(),
    });
  }
  return (
    <form onSubmit={handleSubmit} className="grid gap-4">
      <Field
        label="Name"
        name="name"
        required
        maxLength={100}
        autoFocus
        autoComplete="off"
        defaultValue={apiKey.name}
      />
      <Field
        label="Expires"
        name="expires"
        type="datetime-local"
        defaultValue={apiKey.expires_at ? toLocalInput(apiKey.expires_at) : ""}
        hint="Empty: never."
      />
      <FormError error={mutation.error} />
      <div className="flex justify-end">
        <Button type="submit" weight="primary" disabled={mutation.isPending}>
          Save
        </Button>
      </div>
    </form>
  );
}
