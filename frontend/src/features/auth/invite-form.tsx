/** Who to invite, and what they may do. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { Button } from "@/components/ui/button";
import { Field, SelectField } from "@/components/ui/field";
import { FormError } from "@/components/ui/form-error";
import { ApiProblem } from "@/lib/api/problem";
import { type CreatedInvitation, invite, ROLES, type Role } from "./accounts-query";

export function InviteForm({ onInvited }: { onInvited: (created: CreatedInvitation) => void }) {
  const client = useQueryClient();
  const mutation = useMutation({
    mutationFn: (person: { email: string; role: Role }) => invite(client, person),
    onSuccess: onInvited,
  });
  function handleSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    mutation.mutate({ email: String(form.get("email")).trim(), role: String(form.get("role")) as Role });
  }
  const fields = mutation.error instanceof ApiProblem ? mutation.error.fields : [];
  return (
    <form onSubmit={handleSubmit} className="grid gap-4">
      <Field
        label="Email"
        name="email"
        type="email"
        required
        autoFocus
        autoComplete="off"
        error={fields.find(({ field }) => field === "email")?.message}
        hint="The server sends no mail: you get a link to pass on."
      />
      <SelectField label="Role" name="role" defaultValue="member">
        {ROLES.map((role) => (
          <option key={role.id} value={role.id}>
            {role.label}: {role.note}
          </option>
        ))}
      </SelectField>
      {fields.length === 0 && <FormError error={mutation.error} />}
      <div className="flex justify-end">
        <Button type="submit" weight="primary" disabled={mutation.isPending}>
          Create invitation
        </Button>
      </div>
    </form>
  );
}
