/** Name and expiry of an existing key. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { FormError } from "@/components/ui/form-error";
import { TimeField } from "@/components/ui/time-field";
import { fromZoneInput } from "@/lib/format/zone";
import { type ApiKey, changeKey } from "./keys-query";

interface EditKeyFormProps {
  apiKey: ApiKey;
  onDone: () => void;
}

export function EditKeyForm({ apiKey, onDone }: EditKeyFormProps) {
  const client = useQueryClient();
  const [unreadable, setUnreadable] = useState(false);
  const mutation = useMutation({
    mutationFn: (change: { name: string; expiresAt: string | null }) => changeKey(client, apiKey.id, change),
    onSuccess: onDone,
  });
  function handleSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const typed = String(form.get("expires")).trim();
    const expiresAt = typed === "" ? null : fromZoneInput(typed);
    setUnreadable(expiresAt === undefined);
    if (expiresAt === undefined) return;
    mutation.mutate({ name: String(form.get("name")).trim(), expiresAt });
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
      <TimeField
        label="Expires"
        name="expires"
        iso={apiKey.expires_at}
        hint="Empty: never."
        error={unreadable ? "Write it like 2026-11-21 14:30." : undefined}
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
