/** For how many days the telemetry of one service is kept. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field, SelectField } from "@/components/ui/field";
import { serviceNamesQuery } from "@/features/otel/services/services-query";
import { plural } from "@/lib/format/number";
import { postToast } from "@/lib/toasts";
import { type ServiceAge, setServiceAge } from "./storage-query";

const DAYS_MAX = 36_500;

interface ServiceAgeDialogProps {
  /** Undefined for a service that has no age of its own yet. */
  age: ServiceAge | undefined;
  onClose: () => void;
}

export function ServiceAgeDialog({ age, onClose }: ServiceAgeDialogProps) {
  const client = useQueryClient();
  const services = useQuery(serviceNamesQuery());
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
        {!age && (
          <SelectField label="Service" name="service" required defaultValue="">
            <option value="" disabled>
              Choose a service
            </option>
            {services.data?.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </SelectField>
        )}
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
        {mutation.error && (
          <p role="alert" className="text-danger-text text-xs">
            {mutation.error.message}
          </p>
        )}
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
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Keep ${service} like the rest?`}
      description="From now on it goes with everything else. What was deleted already does not come back."
    >
      {mutation.error && (
        <p role="alert" className="text-danger-text text-xs">
          {mutation.error.message}
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button weight="primary" onClick={() => mutation.mutate()} disabled={mutation.isPending}>
          Keep like the rest
        </Button>
      </div>
    </Dialog>
  );
}
