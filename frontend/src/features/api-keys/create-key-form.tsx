/** Name, scope and expiry of a new key. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { LoaderCircle } from "lucide-react";
import type { FormEvent } from "react";
import { Button } from "@/components/ui/button";
import { Field, SelectField } from "@/components/ui/field";
import { FormError } from "@/components/ui/form-error";
import { type CreatedApiKey, createKey, type KeyScope } from "./keys-query";

const DAY_MS = 86_400_000;

const EXPIRIES = [
  { days: "", label: "Never" },
  { days: "30", label: "30 days" },
  { days: "90", label: "90 days" },
  { days: "365", label: "1 year" },
];

interface CreateKeyFormProps {
  onCreated: (key: CreatedApiKey) => void;
}

export function CreateKeyForm({ onCreated }: CreateKeyFormProps) {
  const client = useQueryClient();
  const mutation = useMutation({
    mutationFn: (form: FormData) => {
      const days = Number(form.get("expiry"));
      return createKey(client, {
        name: String(form.get("name")).trim(),
        scope: String(form.get("scope")) as KeyScope,
        expiresAt: days > 0 ? new Date(Date.now() + days * DAY_MS).toISOString() : null,
      });
    },
    onSuccess: onCreated,
  });

  function handleSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    mutation.mutate(new FormData(event.currentTarget));
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
        placeholder="my-agent, laptop"
      />
      <div className="grid grid-cols-2 gap-3">
        <SelectField label="Scope" name="scope" defaultValue="ingest">
          <option value="ingest">Ingest: send telemetry</option>
          <option value="read">Read: query telemetry</option>
        </SelectField>
        <SelectField label="Expires" name="expiry" defaultValue="">
          {EXPIRIES.map((expiry) => (
            <option key={expiry.label} value={expiry.days}>
              {expiry.label}
            </option>
          ))}
        </SelectField>
      </div>
      <FormError error={mutation.error} />
      <div className="flex justify-end">
        <Button type="submit" weight="primary" disabled={mutation.isPending}>
          {mutation.isPending && <LoaderCircle size={15} className="animate-spin" />}
          Create key
        </Button>
      </div>
    </form>
  );
}
