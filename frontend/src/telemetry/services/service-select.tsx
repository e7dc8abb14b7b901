/** Choosing a service: which one a list or a chart is about, or which one a form is for. */
import { useQuery } from "@tanstack/react-query";
import type { ComponentProps } from "react";
import { SelectField } from "@/components/ui/field";
import { serviceNamesQuery } from "./services-query";

interface ServiceSelectProps {
  /** Undefined for all of them. */
  value: string | undefined;
  onValueChange: (service: string | undefined) => void;
}

export function ServiceSelect({ value, onValueChange }: ServiceSelectProps) {
  const services = useQuery(serviceNamesQuery());
  return (
    <SelectField
      label="Service"
      hideLabel
      className="w-auto max-w-44"
      value={value ?? ""}
      onChange={(event) => onValueChange(event.target.value || undefined)}
    >
      <option value="">All services</option>
      {withChosen(services.data ?? [], value).map((service) => (
        <option key={service}>{service}</option>
      ))}
    </SelectField>
  );
}

/** A service from the URL stays choosable even when nothing of it is left. */
function withChosen(services: string[], chosen: string | undefined): string[] {
  return chosen === undefined || services.includes(chosen) ? services : [chosen, ...services];
}

/** A form's service; it must be chosen. */
export function ServiceField(select: Omit<ComponentProps<"select">, "children" | "required">) {
  const services = useQuery(serviceNamesQuery());
  return (
    <SelectField label="Service" required {...select}>
      <option value="" disabled>
        Choose a service
      </option>
      {services.data?.map((name) => (
        <option key={name}>{name}</option>
      ))}
    </SelectField>
  );
}
