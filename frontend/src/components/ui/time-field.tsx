/** A field for a point in time. A text, because the browser's own widget shows a 12-hour clock where the system does. */
import { toZoneInput, zoneName } from "@/lib/format/zone";
import { Field } from "./field";

interface TimeFieldProps {
  label: string;
  name: string;
  /** The time at first; read what is typed with `fromZoneInput`. */
  iso: string | null | undefined;
  hint?: string;
  error?: string | undefined;
}

export function TimeField({ label, name, iso, hint, error }: TimeFieldProps) {
  const zone = zoneName(iso ? Date.parse(iso) : Date.now());
  return (
    <Field
      label={`${label} (${zone})`}
      name={name}
      autoComplete="off"
      inputMode="numeric"
      placeholder="YYYY-MM-DD hh:mm"
      defaultValue={iso ? toZoneInput(iso) : ""}
      className="tnum"
      hint={hint}
      error={error}
    />
  );
}
