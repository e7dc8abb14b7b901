/** Asks for the password again before something sensitive goes on. */
import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { useReauthentication } from "@/state/reauthentication";
import { reauthenticate } from "./account-query";

export function ReauthenticationDialog() {
  const { answer } = useReauthentication();
  const mutation = useMutation({ mutationFn: reauthenticate, onSuccess: () => answer?.(true) });

  function handleSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    mutation.mutate(String(new FormData(event.currentTarget).get("password")));
  }
  return (
    <Dialog
      open={answer !== null}
      onOpenChange={(open) => {
        if (open) return;
        mutation.reset();
        answer?.(false);
      }}
      title="Confirm it is you"
      description="This is a sensitive action, and you signed in a while ago."
    >
      <form onSubmit={handleSubmit} className="grid gap-4">
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete="current-password"
          autoFocus
          required
          error={mutation.error?.message}
        />
        <div className="flex justify-end">
          <Button type="submit" weight="primary" disabled={mutation.isPending}>
            Go on
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
