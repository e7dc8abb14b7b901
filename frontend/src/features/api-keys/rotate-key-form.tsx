/** How long the old secret goes on working after rotation. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { Button } from "@/components/ui/button";
import { SelectField } from "@/components/ui/field";
import { FormError } from "@/components/ui/form-error";
import { type ApiKey, type CreatedApiKey, rotateKey } from "./keys-query";

const HOUR_SECONDS = 3_600;

const OVERLAPS = [
  { seconds: 0, label: "not at all: it is refused at once" },
  { seconds: HOUR_SECONDS, label: "one hour" },
  { seconds: 24 * HOUR_SECONDS, label: "one day" },
  { seconds: 7 * 24 * HOUR_SECONDS, label: "one week" },
];

interface RotateKeyFormProps {
  apiKey: ApiKey;
  onRotated: (key: CreatedApiKey) => void;
}

export function RotateKeyForm({ apiKey, onRotated }: RotateKeyFormProps) {
  const client = useQueryClient();
  const mutation = useMutation({
    mutationFn: (seconds: number) => rotateKey(client, apiKey.id, seconds),
    onSuccess: onRotated,
  });
  function handleSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    mutation.mutate(Number(new FormData(event.currentTarget).get("overlap")));
  }
  return (
    <form onSubmit={handleSubmit} className="grid gap-4">
      <SelectField label="The secret so far works on for" name="overlap" defaultValue={24 * HOUR_SECONDS}>
        {OVERLAPS.map((overlap) => (
          <option key={overlap.seconds} value={overlap.seconds}>
            {overlap.label}
          </option>
        ))}
      </SelectField>
      <FormError error={mutation.error} />
      <div className="flex justify-end">
        <Button type="submit" weight="primary" disabled={mutation.isPending}>
          Rotate key
        </Button>
      </div>
    </form>
  );
}
