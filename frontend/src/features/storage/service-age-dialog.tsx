/** For how many days the telemetry of one service is kept. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormError } from "@/components/ui/form-error";
import { plural } from "@/lib/format/number";
import { postToast } from "@/state/toasts";
import { ServiceField } from "@/telemetry/services/service-select";
import { type ServiceAge, setServiceAge } from "./storage-query";

const DAYS_MAX = 36_500;

interface ServiceAgeDialogProps {
  /** Undefined for a service that has no age of its own yet. */
  age: ServiceAge | undefined;
  onClose: () => void;
}

export function ServiceAgeDialog({ age, onClose }: ServiceAgeDialogProps) {
  const client = useQueryClient();
  const mutation = useMutation({
    mutationFn: ({ service, days }: ServiceAge) => setServiceAge(client, service, days),
    onSuccess: (_, { service, days }) => {
      postToast({ tone: "info", title: `${service} is kept for ${plural(days, "day")}` });
      onClose();
    },
  });
  function handleSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    mutation.mutate({
      service: age?.service ?? String(form.get("service")),
      days: Number(form.get("days")),
    });
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={age ? `How long ${age.service} is kept` : "Keep a service for a shorter time"}
      description="What is older is deleted within a minute, and once a day from then on. This cannot be undone."
    >
      <form onSubmit={handleSubmit} className="grid gap-4">
        {!age && <ServiceField name="service" defaultValue="" />}
        <Field
          label="Days"
          name="days"
          type="number"
          min={1}
          max={DAYS_MAX}
          step={1}
          required
          defaultValue={age?.days ?? ""}
          hint="Whole days (UTC) after the day of receipt."
        />
        <FormError error={mutation.error} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" weight="danger" disabled={mutation.isPending}>
            Delete what is older
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

export function KeepLikeRestDialog({ service, onClose }: { service: string; onClose: () => void }) {
  const client = useQueryClient();
  const mutation = useMutation({
    mutationFn: () => setServiceAge(client, service, null),
    onSuccess: onClose,
  });
  return (
    <ConfirmDialog
      title={`Keep ${service} like the rest?`}
      description="From now on it goes with everything else. What was deleted already does not come back."
      action="Keep like the rest"
      weight="primary"
      mutation={mutation}
      onClose={onClose}
    />
  );
}
